import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether a process has this number; also true for one that has ended and was not waited for. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM'
  }
}

/** The process that `postmaster.pid` names, or null where there is no such file. */
export async function postmasterPidOf(cluster: string): Promise<number | null> {
  const content = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(content, 10)
  return Number.isInteger(pid) && pid > 0 ? pid : null
}

/**
 * Whether the process is the PostgreSQL of this very cluster, by its command line: a number may
 * long belong to somebody else, above all in a container, where they are few.
 */
export function isPostmasterOf(pid: number, cluster: string): boolean {
  return isAlive(pid) && ` ${commandLineOf(pid)} `.includes(` ${cluster} `)
}

function commandLineOf(pid: number): string {
  if (!existsSync('/proc/self/cmdline'))
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
    }).stdout.trim()
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** Higher than any process number can be. */
const nobodysPid = 2_147_483_647

/**
 * PostgreSQL does not start while any process has the number in `postmaster.pid`. The number `pid`,
 * which has gone to somebody else, is therefore replaced, unless the file is gone or names another
 * by now. The rest of the file stays, because PostgreSQL uses it to make sure that no backend of
 * the dead server still has the data open.
 */
export async function disownPostmasterFile(cluster: string, pid: number): Promise<void> {
  const file = join(cluster, 'postmaster.pid')
  const content = await readFile(file, 'utf8').catch(() => '')
  const [first, ...rest] = content.split('\n')
  if (Number(first) === pid) await writeFile(file, [nobodysPid, ...rest].join('\n'))
}
