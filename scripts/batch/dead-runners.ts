import { hostname } from 'node:os'
import { endLeasesOf, listRunners } from '../../src/batches/queue-store.ts'
import type { Queryable } from '../../src/db/pool.ts'

/** This process, as the queue names it. */
export function ownRunner(): string {
  return `${hostname()}:${process.pid}`
}

/**
 * What a process of this machine left behind that was killed can be taken up at once: whoever starts
 * again right after has the half-made card in the reader still. What other machines left behind is
 * waited for, until its lease has run out.
 */
export async function releaseDeadRunners(db: Queryable, batchId: string): Promise<void> {
  for (const runner of await listRunners(db, batchId)) {
    const [host, pid] = [runner.slice(0, runner.lastIndexOf(':')), runner.split(':').at(-1)]
    if (host === hostname() && !isAlive(Number(pid))) await endLeasesOf(db, batchId, runner)
  }
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 asks, and does nothing.
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
