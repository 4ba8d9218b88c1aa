import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { directChannel } from '../../test/support/agent-fixture.ts'
import { VirtualCard } from '../virtual-card/virtual-card.ts'
import { AgentError } from '../agent-error.ts'
import { answerDeskCommand, type DeskAnswer } from './answer-desk-command.ts'
import { cardOperations } from './card-operations.ts'
import { performDeskCommand, readDeskCommand } from './desk-commands.ts'
import type { PinSource } from './pin-source.ts'

const terms = { purpose: 'issue', origin: 'https://id.example' } as const
const nobody: PinSource = {
  choose: () => Promise.reject(new AgentError('PIN_PROMPT_FAILED', 'nobody is there')),
  enter: () => Promise.reject(new AgentError('PIN_PROMPT_FAILED', 'nobody is there')),
}

async function ask(...messages: readonly unknown[]): Promise<DeskAnswer[]> {
  const channel = directChannel(VirtualCard.create())
  const { operations } = cardOperations(channel, { pins: nobody, randomBytes })
  const answers: DeskAnswer[] = []
  for (const message of messages) {
    answers.push(await answerDeskCommand(operations, message, terms))
  }
  return answers
}

const aKey = { algorithm: '3DES', bytes: Buffer.alloc(24).toString('base64') }

describe('a command of a desk', () => {
  it('is answered in plain values, bytes in base64', async () => {
    const [identity, none] = await ask(
      { method: 'identify' },
      { method: 'readCertificate', slot: '9A' },
    )
    expect(identity).toMatchObject({ value: { cardUuid: null, hasCertificate: false } })
    expect(none).toEqual({ value: null })
    const [, witness] = await ask(
      { method: 'identify' },
      { method: 'requestWitness', algorithm: '3DES' },
    )
    expect(witness).toEqual({ value: expect.stringMatching(/^[\w+/]{11}=$/) as string })
  })

  it.each([
    ['nothing', null],
    ['a key to prove, which stays elsewhere', { method: 'authenticate', key: aKey }],
    ['an unknown operation', { method: 'transmit', apdu: 'AKQEAA==' }],
    ['a slot that is none', { method: 'sign', slot: '82', algorithm: 'P-256', digest: 'AA==' }],
    ['an object that is none', { method: 'putObject', name: 'printed', content: 'AA==' }],
    ['too much', { method: 'putObject', name: 'chuid', content: 'A'.repeat(22_000) }],
    ['a PUK that is too long', { method: 'changePuk', from: 'A'.repeat(16), to: 'AA==' }],
    ['a PIN of four digits', { method: 'changePin', rules: { minDigits: 4, refuseSimple: true } }],
  ])('is not known when it is %s', async (_, message) => {
    expect(await ask(message)).toEqual([{ fault: 'not-known' }])
  })

  it('names what card and prompt refuse', async () => {
    const puk = Buffer.from('00000000').toString('base64')
    const rules = { minDigits: 6, refuseSimple: true }
    const [, wrong, nobodyThere] = await ask(
      { method: 'identify' },
      { method: 'changePuk', from: puk, to: puk },
      { method: 'setPin', puk, rules },
    )
    expect(wrong).toEqual({ fault: 'wrong-puk', triesLeft: 2, statusWord: 0x63c2 })
    expect(nobodyThere).toEqual({ fault: 'no-prompt' })
  })

  it('leaves no secret behind that came with it', async () => {
    const text = Buffer.from('12345678').toString('base64')
    const command = readDeskCommand({ method: 'changePuk', from: text, to: text })
    if (command?.method !== 'changePuk') throw new Error('it is known')
    const { operations } = cardOperations(directChannel(VirtualCard.create()), {
      ...{ pins: nobody, randomBytes },
    })
    await operations.identify()
    await performDeskCommand(operations, command, terms)
    expect([command.from, command.to]).toEqual([Buffer.alloc(8), Buffer.alloc(8)])
  })
})
