import { promptedPins } from '../../card-reader/desk/prompted-pins.ts'
import { choosePinPrompt } from '../../card-reader/pin-prompt/choose-prompt.ts'
import type { Language } from '../words/language.ts'
import type { PinSource } from './holder-pin.ts'

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
  const application = { vi: 'Bàn cấp thẻ', en: 'Card desk' }
  const { signal } = new AbortController()
  return promptedPins(prompt, { application, number: '1', language, signal })
}
