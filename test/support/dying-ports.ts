import type { Database, Queryable } from '../../src/db/pool.ts'
import type { Keystore } from '../../src/keystore/keystore.ts'

/**
 * Ports whose calls are counted, and that end the process with SIGKILL at one of them: before it is
 * made, or once it is on its way and nobody has heard an answer.
 */
export interface Death {
  /** From 1 on. Asked for more calls than there are, nobody dies. */
  readonly atCall: number
  readonly when: 'before' | 'during'
}

export interface DyingPorts {
  readonly db: Database
  readonly keystore: Keystore
}

export function dyingPorts(ports: DyingPorts, death: Death): DyingPorts {
  const count = countCalls(death)
  const { db, keystore } = ports
  return {
    db: {
      ...db,
      query: (text, values, options) => count(() => db.query(text, values, options)),
      // The commit is a call too: it is made when the work within is done.
      inTransaction: (work) =>
        db.inTransaction(async (tx) => {
          const result = await work(countQueries(tx, count))
          await count(() => Promise.resolve())
          return result
        }),
    },
    keystore: {
      ...keystore,
      key: (name) =>
        count(async () => {
          const key = await keystore.key(name)
          return { ...key, sign: (data) => count(() => key.sign(data)) }
        }),
    },
  }
}

type Count = <T>(call: () => Promise<T>) => Promise<T>

function countCalls({ atCall, when }: Death): Count {
  let calls = 0
  return (call) => {
    calls += 1
    if (calls !== atCall) return call()
    if (when === 'before') die()
    // What was written to a socket in this turn is on its way in the next.
    setImmediate(die)
    return call()
  }
}

function countQueries(tx: Queryable, count: Count): Queryable {
  return { query: (text, values, options) => count(() => tx.query(text, values, options)) }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}
