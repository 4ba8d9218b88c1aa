/** What stands beside a progress bar, in one language. */
export interface ProgressWords {
  /** How fast: things a second, or a minute where they take longer. */
  readonly perSecond: (count: string) => string
  readonly perMinute: (count: string) => string
  /** How long it will take yet, such as `1:05`. */
  readonly left: (time: string) => string
  readonly number: (value: number) => string
}
