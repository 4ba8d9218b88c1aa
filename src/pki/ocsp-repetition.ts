export interface Repetition {
  /** From now on, as somebody else has done the work just now. */
  start(): void
  /** At once; once more where it is running, and at the start where that is to come. */
  now(): void
  /** Resolves when the last run is over. */
  stop(): Promise<void>
}

export interface RepetitionOptions {
  /** Asked after each run. */
  readonly nextAfterMs: () => number
  readonly onFailure: (error: unknown) => void
}

/** Runs `work` again and again, never twice at a time; a failure does not end it. */
export function repeatedly(
  work: () => Promise<void>,
  { nextAfterMs, onFailure }: RepetitionOptions,
): Repetition {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null
  let isWanted = false
  let state: 'waiting' | 'started' | 'stopped' = 'waiting'

  async function run(): Promise<void> {
    while (isWanted && state === 'started') {
      isWanted = false
      await work().catch(onFailure)
    }
    running = null
    wait()
  }

  function begin(): void {
    clearTimeout(timer)
    isWanted = true
    if (state === 'started') running ??= run()
  }

  function wait(): void {
    if (state === 'started') timer = setTimeout(begin, nextAfterMs()).unref()
  }

  return {
    start: () => {
      state = 'started'
      if (isWanted) begin()
      else wait()
    },
    now: begin,
    stop: async () => {
      state = 'stopped'
      clearTimeout(timer)
      await running
    },
  }
}
