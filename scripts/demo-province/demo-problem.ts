import type { Text } from './texts.ts'

/** Why the demo cannot start or go on, said to a person: one sentence with what to do about it. */
export class DemoProblem extends Error {
  readonly text: Text

  constructor(text: Text, cause?: unknown) {
    super(text.en, cause === undefined ? undefined : { cause })
    this.name = 'DemoProblem'
    this.text = text
  }
}
