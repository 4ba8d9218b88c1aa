/** What the holder's PIN has to be like, besides 6 to 8 digits. */
export interface PinRules {
  readonly minDigits: number
  /** Refuses runs and repetitions such as 123456 and 111111. */
  readonly refuseSimple: boolean
}

/** Where the PIN comes from. Called for one card; whoever gets the PIN overwrites it. */
export interface PinSource {
  /** For a PIN that is written down here: another terminal must not get it. Default false. */
  readonly staysHere?: boolean
  /** ASCII digits that meet the rules. @throws PinCancelled */
  choose(rules: PinRules): Promise<Buffer>
  /** The PIN that the card has. @throws PinCancelled */
  enter(asked: { readonly triesLeft: number | null; readonly isAgain: boolean }): Promise<Buffer>
}

/** The holder closed the prompt. */
export class PinCancelled extends Error {}

/** Why a PIN will not do; null when it will. */
export function pinProblem(pin: Buffer, rules: PinRules): 'digits' | 'too-simple' | null {
  const digits = [...pin].map((byte) => byte - 0x30)
  const isWellFormed =
    digits.length >= rules.minDigits &&
    digits.length <= 8 &&
    digits.every((digit) => digit >= 0 && digit <= 9)
  if (!isWellFormed) return 'digits'
  return rules.refuseSimple && isSimple(digits) ? 'too-simple' : null
}

/** One digit all along, a run up or down, or the same half twice. */
function isSimple(digits: readonly number[]): boolean {
  const steps = digits.slice(1).map((digit, at) => (10 + digit - (digits[at] ?? 0)) % 10)
  const isRun = new Set(steps).size === 1 && [0, 1, 9].includes(steps[0] ?? 0)
  const half = digits.length / 2
  const isTwice = digits.slice(0, half).join() === digits.slice(half).join()
  return isRun || isTwice
}
