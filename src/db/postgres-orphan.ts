import { setTimeout as delay } from 'node:timers/promises'
import { DataFolderUnusable } from '../errors.ts'
import type { Log } from '../log.ts'
import { tryGuard, type Guard } from './postgres-guard.ts'
import {
  disownPostmasterFile,
  isAlive,
  isPostmasterOf,
  postmasterPidOf,
} from './postgres-process.ts'

const pollMs = 20
const patienceMs = 30_000
/** A server answers a moment before its service takes the lock in it. */
const startGraceMs = 500

/**
 * Leaves no server and no claim on the cluster: a server whose service was killed is stopped, a
 * process number that has gone to somebody else is taken out of its file.
 *
 * @throws DataFolderUnusable when a service that is running uses the cluster
 */
export async function clearTheWay(
  cluster: string,
  { password, log }: { password: string; log: Log },
): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (performance.now() < deadline) {
    const pid = await postmasterPidOf(cluster)
    if (pid === null) return
    if (!(await isStillThere(pid, { cluster, password, log }))) return
    await delay(pollMs)
  }
  throw inUse(cluster)
}

/** Whether a server of this cluster still runs; where it is an orphan it has been told to stop. */
async function isStillThere(
  pid: number,
  { cluster, password, log }: { cluster: string; password: string; log: Log },
): Promise<boolean> {
  const outcome = await tryGuard(cluster, password)
  if (outcome === 'in-use') throw inUse(cluster)
  const isRunning = isPostmasterOf(pid, cluster)
  if (typeof outcome !== 'object') {
    if (!isRunning && isAlive(pid)) await disownPostmasterFile(cluster, pid)
    return isRunning
  }
  // A server that answers and is not among our processes runs in another container.
  if (!isRunning) throw inUse(cluster)
  const orphan = await takeUnlessStarting(outcome, { cluster, password })
  if (orphan === null) return true
  log.warn('postgres.orphan-stopped', { pid })
  if (isPostmasterOf(pid, cluster)) process.kill(pid, 'SIGINT')
  await orphan.release()
  return true
}

/** Gives a service that is just starting the time to take its lock. null: somebody did. */
async function takeUnlessStarting(
  taken: Guard,
  { cluster, password }: { cluster: string; password: string },
): Promise<Guard | null> {
  await taken.release()
  await delay(startGraceMs)
  const outcome = await tryGuard(cluster, password)
  return typeof outcome === 'object' ? outcome : null
}

export function inUse(cluster: string): DataFolderUnusable {
  return new DataFolderUnusable(
    `${cluster} is in use by a service that is running. Stop that one first, or choose another data folder.`,
    { folder: cluster },
  )
}
