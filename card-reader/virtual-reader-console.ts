import type { Readable } from 'node:stream'
import type { CardPort } from './card-port.ts'
import type { PinPrompt } from './pin-prompt/pin-prompt.ts'
import { createInProcessCardPort } from './virtual-card/in-process-card-port.ts'
import { VirtualCard } from './virtual-card/virtual-card.ts'

export interface VirtualReaderConsole {
  readonly cardPort: CardPort
  /** The same prompt, with what is typed meanwhile kept from being taken for a card's number. */
  aside(prompt: PinPrompt): PinPrompt
  close(): Promise<void>
}

/**
 * A virtual reader worked from the keyboard: a card's number and Enter lay that card on it, 0 and
 * Enter take it away. The first card lies there from the start.
 */
export function openVirtualReaderConsole(
  files: readonly string[],
  { input, say }: { readonly input: Readable; readonly say: (line: string) => void },
): VirtualReaderConsole {
  const cards = files.map((file) => VirtualCard.open({ file }))
  const port = createInProcessCardPort()
  const place = (number: number): void => {
    const card = cards[number - 1]
    port.remove()
    if (card !== undefined) port.insert(card)
    say(card === undefined ? 'No card on the reader' : `Card ${number} is on the reader`)
  }
  let isAside = false
  input.on('data', (typed: Buffer) => {
    const number = Number.parseInt(typed.toString('latin1'), 10)
    if (!isAside && number >= 0 && number <= cards.length) place(number)
  })
  files.forEach((file, index) => {
    say(`${index + 1}: ${file}`)
  })
  say('0: take the card away')
  place(1)
  return {
    cardPort: port,
    aside: (prompt) => ({
      ...prompt,
      askPin: async (request) => {
        isAside = true
        try {
          return await prompt.askPin(request)
        } finally {
          isAside = false
          input.resume()
        }
      },
    }),
    close: async () => {
      input.pause()
      await port.close()
    },
  }
}
