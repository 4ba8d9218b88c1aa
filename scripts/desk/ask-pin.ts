import { choosePinPrompt } from '../../card-reader/pin-prompt/choose-prompt.ts'
import type { PinProblem, PinRequest } from '../../card-reader/pin-prompt/pin-prompt.ts'
import { CardFault } from '../../src/cards/card-fault.ts'
import type { PinRules } from '../../src/cards/desk-card.ts'
import type { Language } from '../words/language.ts'
import { pinProblem, type PinSource } from './holder-pin.ts'

type Ask = (
  asked: Pick<PinRequest, 'problem' | 'triesLeft'> & Pick<Partial<PinRequest>, 'choosing'>,
) => Promise<Buffer>

/** The holder types the PIN at this computer: in the desktop's dialog, else on the terminal. */
export function askedPins(language: Language): PinSource {
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY
  const prompt = choosePinPrompt({
    environment: process.env,
    platform: process.platform,
    terminal: isTerminal ? { input: process.stdin, output: process.stderr } : null,
    say: (line) => {
      console.error(line)
    },
  })
  const ask: Ask = async (asked) => {
    const application = { vi: 'Bàn cấp thẻ', en: 'Card desk' }
    const signal = new AbortController().signal
    const pin = await prompt.askPin({ application, number: '1', language, signal, ...asked })
    if (pin === null) throw new CardFault('pin-cancelled')
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
