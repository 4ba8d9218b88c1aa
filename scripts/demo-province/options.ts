import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { logLevels, type LogLevel } from '../../src/log.ts'
import { lastPortOffset } from './addresses.ts'
import { DemoProblem } from './demo-problem.ts'

export interface DemoOptions {
  /** Where the demo keeps its database, keys and cards; made when missing. */
  readonly dataDir: string
  /** The issuer's port; the demo uses this one and fifteen above it. */
  readonly portBase: number
  /** Use the readers of this machine in place of the virtual reader. */
  readonly pcsc: boolean
  readonly logLevel: LogLevel
}

export const usage = `Cách dùng / Usage: ./scripts/demo [options]

  --data-dir FOLDER   dữ liệu của bản trình diễn / the demo's data        (default: data/demo)
  --port-base PORT    cổng đầu tiên / the first of sixteen ports          (default: 8400)
  --pcsc              dùng đầu đọc thật / use this machine's card readers
  --log-level LEVEL   ${logLevels.join(' | ')}                    (default: error)
  --help              trang này / this page
`

/**
 * What the command line asks for; 'help' where that is all.
 *
 * @throws DemoProblem for an unknown option or a value that cannot be used
 */
export function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const given = parse(args)
  if (given.help === true) return 'help'
  return {
    dataDir: resolve(given['data-dir'] ?? defaultDataDir),
    portBase: readPortBase(given['port-base'] ?? '8400'),
    pcsc: given.pcsc === true,
    logLevel: readLogLevel(given['log-level'] ?? 'error'),
  }
}

const defaultDataDir = resolve(import.meta.dirname, '../../data/demo')

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string' },
        'port-base': { type: 'string' },
        pcsc: { type: 'boolean' },
        'log-level': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    const shown = args.join(' ')
    throw new DemoProblem(
      {
        vi: `Không hiểu lệnh “${shown}”. Gõ ./scripts/demo --help để xem cách dùng.`,
        en: `Cannot read the options “${shown}”. See ./scripts/demo --help.`,
      },
      error,
    )
  }
}

function readPortBase(given: string): number {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0
  const highest = 65_535 - lastPortOffset
  if (port >= 1024 && port <= highest) return port
  throw new DemoProblem({
    vi: `--port-base phải là số từ 1024 đến ${highest}.`,
    en: `--port-base takes a number from 1024 to ${highest}.`,
  })
}

function readLogLevel(given: string): LogLevel {
  const level = logLevels.find((candidate) => candidate === given)
  if (level !== undefined) return level
  throw new DemoProblem({
    vi: `--log-level phải là một trong: ${logLevels.join(', ')}.`,
    en: `--log-level takes one of: ${logLevels.join(', ')}.`,
  })
}
