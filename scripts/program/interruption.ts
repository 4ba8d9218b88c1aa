import { ecardWords } from './ecard-words.ts'

/** Somebody pressed Ctrl+C: what was under way is given up in order. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted')
    this.name = 'Interrupted'
  }
}

/** 128 and the number of SIGINT, as shells have it. */
export const interruptedStatus = 130

const listeners = new Set<() => void>()

interface Surroundings {
  readonly source: Pick<NodeJS.EventEmitter, 'on'>
  readonly exit: (status: number) => void
  /** Tells the person that the end is coming: transactions may take a moment. */
  readonly announce: () => void
}

const thisProcess: Surroundings = {
  source: process,
  exit: (status) => process.exit(status),
  announce: () => {
    console.error(`\n${ecardWords().stopping}`)
  },
}

/**
 * From here on Ctrl+C ends what `untilInterrupted` runs, so that connections close and transactions
 * end whole. Where nothing of the kind runs, and at the second time, the process ends at once.
 */
export function watchInterruption({ source, exit, announce }: Surroundings = thisProcess): void {
  let isAsked = false
  source.on('SIGINT', () => {
    if (isAsked || listeners.size === 0) {
      exit(interruptedStatus)
      return
    }
    isAsked = true
    announce()
    for (const listener of [...listeners]) listener()
  })
}

/**
 * Runs `work`; Ctrl+C lets the caller go on to release what it holds.
 *
 * @throws Interrupted, or what `work` throws
 */
export async function untilInterrupted<T>(work: () => Promise<T>): Promise<T> {
  let interrupt: () => void = () => undefined
  const interrupted = new Promise<never>((_resolve, reject) => {
    interrupt = () => {
      reject(new Interrupted())
    }
  })
  listeners.add(interrupt)
  try {
    return await Promise.race([work(), interrupted])
  } finally {
    listeners.delete(interrupt)
  }
}

/**
 * For work that can stop in good order by itself, such as a batch after the card in hand: while it
 * lasts, the first Ctrl+C only tells it so; the second one ends the process.
 */
export async function stoppingByItself<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const others = [...listeners]
  const stop = (): void => {
    controller.abort()
  }
  listeners.clear()
  listeners.add(stop)
  try {
    return await work(controller.signal)
  } finally {
    listeners.delete(stop)
    for (const other of others) listeners.add(other)
  }
}
