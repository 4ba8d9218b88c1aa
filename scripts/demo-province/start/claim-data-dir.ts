import { mkdir, open, readFile, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { DemoProblem } from '../demo-problem.ts'
import { isSameProcess, startOfProcess } from './process-identity.ts'

/**
 * Makes `dataDir` where it is missing and claims it for this process until the returned function
 * is called. A claim whose process is gone is taken over.
 *
 * @throws DemoProblem where the folder cannot be written or another demo holds it
 */
export async function claimDataDir(dataDir: string): Promise<() => Promise<void>> {
  const file = join(dataDir, 'demo.lock')
  await makeFolder(dataDir)
  const claimed = (await claim(file, dataDir)) || (await takeOver(file, dataDir))
  if (!claimed) throw inUse(dataDir)
  return () => rm(file, { force: true })
}

async function makeFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw notWritable(dataDir, error)
  }
}

/** True when the file was made by this call: `wx` refuses a file that is there. */
async function claim(file: string, dataDir: string): Promise<boolean> {
  let handle: FileHandle
  try {
    handle = await open(file, 'wx', 0o600)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw notWritable(dataDir, error)
  }
  await handle.writeFile(JSON.stringify({ pid: process.pid, start: startOfProcess(process.pid) }))
  await handle.close()
  return true
}

async function takeOver(file: string, dataDir: string): Promise<boolean> {
  if (await isHeld(file)) return false
  await rm(file, { force: true })
  return claim(file, dataDir)
}

async function isHeld(file: string): Promise<boolean> {
  const written = await readFile(file, 'utf8').catch(() => '')
  const [, pid, start] = /^\{"pid":(\d+),"start":(?:"([^"]*)"|null)\}$/.exec(written) ?? []
  return pid !== undefined && isSameProcess(Number(pid), start ?? null)
}

function notWritable(dataDir: string, cause: unknown): DemoProblem {
  return new DemoProblem(
    {
      vi: `Không ghi được vào thư mục ${dataDir}. Hãy chọn thư mục khác: --data-dir THƯ-MỤC.`,
      en: `Cannot write to the folder ${dataDir}. Choose another: --data-dir FOLDER.`,
    },
    cause,
  )
}

function inUse(dataDir: string): DemoProblem {
  return new DemoProblem({
    vi: `Một bản trình diễn khác đang dùng ${dataDir}. Hãy dừng nó (Ctrl-C), hoặc chọn --data-dir và --port-base khác.`,
    en: `Another demo is using ${dataDir}. Stop it (Ctrl-C), or choose another --data-dir and --port-base.`,
  })
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
