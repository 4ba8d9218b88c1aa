import { createLog } from '../../src/log.ts'
import { DemoProblem } from './demo-problem.ts'
import { readOptions, usage } from './options.ts'
import { announcement } from './start/announce.ts'
import { stopSignal } from './start/stop-signal.ts'

/** `./scripts/demo`: the service, a terminal and five applications of a province, in one process. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    say(usage)
    return
  }
  const log = createLog(options.logLevel)
  const stopping = stopSignal()
  say('Tỉnh Minh Họa · ecard-sso: đang khởi động / starting …')
  // Loaded late: a wrong option is answered at once, and the line above comes before the wait.
  const { startDemo } = await import('./start/start-demo.ts')
  const demo = await startDemo(options, { log, signal: stopping })
  say(announcement(demo.addresses, options))
  await untilAborted(stopping)
  say('Đang dừng / Stopping …')
  await demo.close()
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => {
      resolve()
    })
  })
}

/** Everybody gets a sentence; the trace is for `--log-level debug`. */
function explain(error: unknown): number {
  if (error instanceof Error && error.name === 'AbortError') return 0
  const problem = error instanceof DemoProblem ? error : unexpected(error)
  process.stderr.write(`${problem.text.vi}\n${problem.text.en}\n`)
  createLog(process.argv.includes('debug') ? 'debug' : 'silent').error('demo.failed', error)
  return 1
}

function unexpected(error: unknown): DemoProblem {
  const message = error instanceof Error ? error.message.split('\n')[0] : 'unknown cause'
  return new DemoProblem({
    vi: `Bản trình diễn không chạy được: ${message}. Chạy lại với --log-level debug để xem chi tiết.`,
    en: `The demo cannot run: ${message}. Run it again with --log-level debug for details.`,
  })
}

// What is left open after the end (a connection kept alive, a timer) does not keep the process.
main().then(
  () => process.exit(0),
  (error: unknown) => process.exit(explain(error)),
)
