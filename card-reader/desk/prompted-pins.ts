import type { PinProblem, PinPrompt, PinRequest } from '../pin-prompt/pin-prompt.ts'
import { PinCancelled, pinProblem, type PinRules, type PinSource } from './pin-source.ts'

type Ask = (
  asked: Pick<PinRequest, 'problem' | 'triesLeft'> & Pick<Partial<PinRequest>, 'choosing'>,
) => Promise<Buffer>

/** The holder types the PIN at this computer: in the desktop's dialog, else on the terminal. */
export function promptedPins(
  prompt: Pick<PinPrompt, 'askPin'>,
  shown: Pick<PinRequest, 'application' | 'number' | 'language' | 'signal'>,
): PinSource {
  const ask: Ask = async (asked) => {
    const pin = await prompt.askPin({ ...shown, ...asked })
    if (pin === null) throw new PinCancelled()
    return pin
  }
  return {
    choose: (rules) => chooseTwice(ask, rules),
    enter: ({ triesLeft, isAgain }) => ask({ triesLeft, problem: isAgain ? 'wrong-pin' : null }),
  }
}

const problems = { digits: 'not-6-to-8-digits', 'too-simple': 'pin-too-simple' } as const

/** Until both entries are the same and the rules are met. */
async function chooseTwice(ask: Ask, rules: PinRules): Promise<Buffer> {
  let problem: PinProblem | null = null
  for (;;) {
    const pin = await ask({ problem, triesLeft: null, choosing: 'first' })
    const fault = pinProblem(pin, rules)
    if (fault !== null) {
      pin.fill(0)
      problem = problems[fault]
      continue
    }
    const again = await ask({ problem: null, triesLeft: null, choosing: 'again' })
    const isSame = again.equals(pin)
    again.fill(0)
    if (isSame) return pin
    pin.fill(0)
    problem = 'pins-differ'
  }
}
