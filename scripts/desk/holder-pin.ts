import { pinProblem, type PinRules } from '../../card-reader/desk/pin-source.ts'

export type { PinSource } from '../../card-reader/desk/pin-source.ts'

/** For a sealed slip: every PIN that meets the rules is equally likely. */
export function randomPin(rules: PinRules, below: (limit: number) => number): Buffer {
  for (;;) {
    const pin = Buffer.from(Array.from({ length: rules.minDigits }, () => 0x30 + below(10)))
    if (pinProblem(pin, rules) === null) return pin
  }
}
