import { createHash, createPublicKey, verify, X509Certificate, type KeyObject } from 'node:crypto'
import { AgentError } from './agent-error.ts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  issueVirtualCard,
  rightPin,
  startAgentFixture,
  terminalId,
  type AgentFixture,
  type AgentFixtureOptions,
} from '../test/support/agent-fixture.ts'
import { readClaims, type Frame, type SignInFrame } from '../test/support/fake-service.ts'

let fixture: AgentFixture

async function start(options: AgentFixtureOptions = {}): Promise<AgentFixture> {
  fixture = await startAgentFixture(options)
  await vi.waitFor(() => {
    expect(fixture.agent.channelState()).toBe('online')
  })
  return fixture
}

afterEach(async () => {
  await fixture.close()
})

/** The card's answer to this request, once the service has it. */
async function answerTo({ challengeId }: SignInFrame): Promise<Frame> {
  return vi.waitFor(
    () => {
      const isAnswer = (frame: Frame): boolean =>
        frame['type'] === 'auth-token' && frame['challengeId'] === challengeId
      const answer = fixture.service.heard.find(isAnswer)
      if (answer === undefined) throw new Error('no answer yet')
      return answer
    },
    { timeout: 5000 },
  )
}

async function untilStep(step: string): Promise<void> {
  await vi.waitFor(
    () => {
      expect(fixture.steps().at(-1)).toBe(step)
    },
    { timeout: 5000 },
  )
}

function tokenOf(answer: Frame): Frame {
  return answer['token'] as Frame
}

/** Whether this key signed H(origin) ‖ H(nonce) with ES256. */
function isSignedBy(answer: Frame, key: KeyObject, { nonce }: SignInFrame): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  const signed = Buffer.concat([hash(fixture.service.issuer), hash(nonce)])
  const signature = Buffer.from(String(tokenOf(answer)['signature']), 'base64')
  return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** The log's line about the card that signed. */
function signedLine(): Frame {
  const line = fixture.logLines.findLast((text) => text.includes('"sign-in.signed"')) ?? '{}'
  return JSON.parse(line) as Frame
}

describe('a tap', () => {
  it('of an unknown card brings certificate and signature in at most 8 exchanges', async () => {
    const { port, service } = await start()
    const { card, cardUuid, publicKeys } = await issueVirtualCard()
    const request = service.ask()
    await untilStep('waiting-for-card')
    port.insert(card)
    const answer = await answerTo(request)
    expect(answer).toMatchObject({ cardUuid, keySlot: '9E', token: { format: 'web-eid:1.0' } })
    expect(isSignedBy(answer, publicKeys['9E'], request)).toBe(true)
    const der = Buffer.from(String(tokenOf(answer)['unverifiedCertificate']), 'base64')
    expect(new X509Certificate(der).publicKey.equals(publicKeys['9E'])).toBe(true)
    expect(signedLine()['exchanges']).toBeLessThanOrEqual(8)
    expect(fixture.steps()).toEqual(['waiting-for-card', 'reading', 'signing'])
  })

  it('of a known card takes three exchanges and sends no certificate', async () => {
    const { port, service } = await start()
    const { card, cardUuid, publicKeys } = await issueVirtualCard()
    port.insert(card)
    await answerTo(service.ask())
    const second = service.ask()
    const answer = await answerTo(second)
    expect(answer['cardUuid']).toBe(cardUuid)
    expect(tokenOf(answer)).not.toHaveProperty('unverifiedCertificate')
    expect(isSignedBy(answer, publicKeys['9E'], second)).toBe(true)
    expect(signedLine()).toMatchObject({ exchanges: 3, knownCard: true })
  })

  it('is co-signed by the terminal for the pinned issuer, this nonce, card and slot', async () => {
    const { port, service, state } = await start()
    const { card, cardUuid } = await issueVirtualCard()
    port.insert(card)
    const request = service.ask()
    const answer = await answerTo(request)
    const key = createPublicKey({ key: state.key.publicKey, format: 'der', type: 'spki' })
    const jws = String(answer['terminalSignature'])
    expect(readClaims(jws, key)).toEqual({
      aud: service.issuer,
      nonce: request.nonce,
      cardUuid,
      keySlot: '9E',
      iat: Date.parse('2026-11-21T08:00:00Z') / 1000,
    })
    const header = Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()
    expect(JSON.parse(header)).toEqual({
      alg: 'ES256',
      kid: terminalId,
      typ: 'ecard-terminal-signature+jwt',
    })
  })

  it('signs for the issuer pinned at enrolment, whatever the service calls itself', async () => {
    await start({ service: { claimedIssuer: 'https://elsewhere.example' } })
    const { card, publicKeys } = await issueVirtualCard()
    fixture.port.insert(card)
    const request = { ...fixture.service.ask(), origin: 'https://elsewhere.example' }
    expect(isSignedBy(await answerTo(request), publicKeys['9E'], request)).toBe(true)
  })

  it.each(['P-384', 'RSA-2048'] as const)('works with a %s key', async (algorithm) => {
    const { port, service } = await start()
    const { card, publicKeys } = await issueVirtualCard({ algorithm })
    port.insert(card)
    const request = service.ask()
    const token = tokenOf(await answerTo(request))
    const hashName = algorithm === 'P-384' ? 'sha384' : 'sha256'
    const hash = (text: string): Buffer => createHash(hashName).update(text).digest()
    const signed = Buffer.concat([hash(service.issuer), hash(request.nonce)])
    const signature = Buffer.from(String(token['signature']), 'base64')
    const key = { key: publicKeys['9E'], dsaEncoding: 'ieee-p1363' } as const
    expect(token['algorithm']).toBe(algorithm === 'P-384' ? 'ES384' : 'RS256')
    expect(verify(hashName, signed, key, signature)).toBe(true)
  })

  it('reads a remembered card once more when its key has another algorithm now', async () => {
    const { port, service, state } = await start()
    const { card, cardUuid, publicKeys } = await issueVirtualCard()
    state.knownCards.remember(cardUuid, '9E', { algorithm: 'P-384' })
    port.insert(card)
    const request = service.ask()
    const answer = await answerTo(request)
    expect(tokenOf(answer)).toHaveProperty('unverifiedCertificate')
    expect(isSignedBy(answer, publicKeys['9E'], request)).toBe(true)
    expect(state.knownCards.algorithmOf(cardUuid, '9E')).toBe('P-256')
  })
})

describe('a card that fails', () => {
  it('and was pulled away may be tapped again under the same challenge', async () => {
    const { port, service } = await start()
    const { card } = await issueVirtualCard()
    card.faults.pullAwayAtExchange(3)
    const request = service.ask()
    await untilStep('waiting-for-card')
    port.insert(card)
    await untilStep('card-removed')
    port.insert(card)
    await answerTo(request)
    expect(fixture.steps()).toEqual([
      'waiting-for-card',
      'reading',
      'card-removed',
      'reading',
      'signing',
    ])
  })

  it('counts again only after it was lifted', async () => {
    const { port, service } = await start()
    const { card } = await issueVirtualCard()
    card.faults.answerAtExchange(1, Buffer.from('6a82', 'hex'))
    const request = service.ask()
    port.insert(card)
    await untilStep('not-our-card')
    port.plugIn('Another reader')
    expect(fixture.steps().at(-1)).toBe('not-our-card')
    port.remove()
    port.insert(card)
    await answerTo(request)
    expect(fixture.steps().filter((step) => step === 'reading')).toHaveLength(2)
  })

  it('and only stores data is told apart without a command', async () => {
    const { port, service } = await start()
    port.insert('storage-card')
    service.ask()
    await untilStep('not-our-card')
    expect(fixture.steps()).toEqual(['not-our-card'])
  })

  it('with answers that make no sense is unreadable', async () => {
    const { port, service } = await start()
    const { card } = await issueVirtualCard()
    card.faults.answerAtExchange(2, Buffer.from('53ff9000', 'hex'))
    port.insert(card)
    service.ask()
    await untilStep('card-unreadable')
  })

  it('once with an internal error is powered up again and asked once more', async () => {
    const { port, service } = await start()
    const { card } = await issueVirtualCard()
    card.faults.answerAtExchange(2, Buffer.from('6f00', 'hex'))
    port.insert(card)
    await answerTo(service.ask())
  })

  it('and lies beside another one is not read until one is taken away', async () => {
    const { port, service } = await start({ readers: ['Left', 'Right'] })
    const { card, cardUuid } = await issueVirtualCard()
    port.insert(card, 'Left')
    port.insert('storage-card', 'Right')
    const request = service.ask()
    await untilStep('two-cards')
    port.remove('Right')
    expect((await answerTo(request))['cardUuid']).toBe(cardUuid)
  })

  it('and stays in a built-in reader does not stand in the way of the one that is tapped', async () => {
    const { port, service } = await start({ readers: ['Built-in', 'Desk'] })
    const { card, cardUuid } = await issueVirtualCard()
    port.insert('storage-card', 'Built-in')
    const request = service.ask()
    await untilStep('not-our-card')
    port.insert(card, 'Desk')
    expect((await answerTo(request))['cardUuid']).toBe(cardUuid)
  })
})

describe('readers', () => {
  it('are reported at the welcome and at every change', async () => {
    const { port, service } = await start()
    const reported = (): unknown =>
      service.heard.findLast((frame) => frame['type'] === 'readers')?.['readers']
    await vi.waitFor(() => {
      expect(reported()).toEqual([{ name: 'Virtual reader', cardPresent: false }])
    })
    port.insert('storage-card')
    await vi.waitFor(() => {
      expect(reported()).toEqual([{ name: 'Virtual reader', cardPresent: true }])
    })
  })

  it('that are missing are told, and one that is plugged in is waited at', async () => {
    const { port, service } = await start()
    port.unplug('Virtual reader')
    service.ask()
    await untilStep('no-reader')
    port.plugIn('Virtual reader')
    await untilStep('waiting-for-card')
  })
})

describe('a tap and PIN', () => {
  it('asks at this terminal, naming application, number and tries left', async () => {
    const { port, prompt, service } = await start()
    const { card, publicKeys } = await issueVirtualCard()
    prompt.typed.push(rightPin)
    port.insert(card)
    const request = service.ask({ keySlot: '9A' })
    const answer = await answerTo(request)
    expect(isSignedBy(answer, publicKeys['9A'], request)).toBe(true)
    const { application, number } = request
    expect(prompt.asked).toMatchObject([{ application, number, triesLeft: 3, problem: null }])
    expect(fixture.steps()).toEqual(['reading', 'pin-needed', 'signing'])
  })

  it('asks again after a wrong PIN, with the tries that are left', async () => {
    const { port, prompt, service } = await start()
    const { card } = await issueVirtualCard()
    prompt.typed.push('000000', rightPin)
    port.insert(card)
    await answerTo(service.ask({ keySlot: '9A' }))
    const wrong = service.heard.find((frame) => frame['step'] === 'wrong-pin')
    expect(wrong).toMatchObject({ triesLeft: 2 })
    expect(prompt.asked.at(-1)).toMatchObject({ triesLeft: 2, problem: 'wrong-pin' })
    expect(card.state.pin.triesLeft).toBe(3)
  })

  it('spends no try on what cannot be a PIN', async () => {
    const { port, prompt, service } = await start()
    const { card } = await issueVirtualCard()
    prompt.typed.push('12', 'abcdef', rightPin)
    port.insert(card)
    await answerTo(service.ask({ keySlot: '9A' }))
    expect(prompt.asked.map(({ problem }) => problem)).toEqual([
      null,
      'not-6-to-8-digits',
      'not-6-to-8-digits',
    ])
    expect(prompt.asked.at(-1)?.triesLeft).toBe(3)
  })

  it('ends when the PIN is blocked', async () => {
    const { port, prompt, service } = await start()
    const { card } = await issueVirtualCard()
    prompt.typed.push('000000', '000000', '000000', rightPin)
    port.insert(card)
    service.ask({ keySlot: '9A' })
    await untilStep('pin-blocked')
    port.remove()
    port.insert(card)
    await vi.waitFor(() => {
      expect(fixture.logLines.join('')).toContain('given-up')
    })
    expect(prompt.asked).toHaveLength(3)
    expect(card.state.pin.triesLeft).toBe(0)
  })

  it('ends when the holder cancels', async () => {
    const { port, prompt, service } = await start()
    const { card } = await issueVirtualCard()
    prompt.typed.push(null)
    port.insert(card)
    service.ask({ keySlot: '9A' })
    await untilStep('cancelled-at-terminal')
  })

  it('ends where nobody can be asked', async () => {
    const { port, prompt, service } = await start()
    prompt.askPin = () => Promise.reject(new AgentError('PIN_PROMPT_FAILED', 'no window here'))
    port.insert((await issueVirtualCard()).card)
    service.ask({ keySlot: '9A' })
    await untilStep('cancelled-at-terminal')
  })

  it('closes the prompt when the card is lifted, and asks again at the next tap', async () => {
    const { port, prompt, service } = await start()
    const { card } = await issueVirtualCard()
    prompt.typed.push('waits', rightPin)
    port.insert(card)
    const request = service.ask({ keySlot: '9A' })
    await untilStep('pin-needed')
    port.remove()
    await untilStep('card-removed')
    expect(prompt.asked[0]?.signal.aborted).toBe(true)
    port.insert(card)
    await answerTo(request)
  })

  it('over the air on a card that refuses that asks for the slot', async () => {
    const { port, prompt, service } = await start()
    const { card } = await issueVirtualCard()
    card.configure({ contactlessPolicy: 'strict' })
    prompt.typed.push(rightPin)
    port.insert(card)
    service.ask({ keySlot: '9A' })
    await untilStep('insert-card')
  })

  it('overwrites each PIN after its use', async () => {
    const { port, prompt, service } = await start()
    const { card } = await issueVirtualCard()
    prompt.typed.push('000000', rightPin)
    port.insert(card)
    await answerTo(service.ask({ keySlot: '9A' }))
    expect(prompt.handedOver).toEqual([Buffer.alloc(6), Buffer.alloc(6)])
  })
})

describe('requests', () => {
  it('replace each other: the newest is served', async () => {
    const { port, prompt, service } = await start()
    const { card } = await issueVirtualCard()
    prompt.typed.push('waits')
    port.insert(card)
    const first = service.ask({ keySlot: '9A' })
    await untilStep('pin-needed')
    const second = service.ask()
    await answerTo(second)
    expect(prompt.asked[0]?.signal.aborted).toBe(true)
    const answered = service.heard.filter((frame) => frame['type'] === 'auth-token')
    expect(answered.map((frame) => frame['challengeId'])).not.toContain(first.challengeId)
  })

  it('that are cancelled leave the card alone', async () => {
    const { port, service } = await start()
    const { card } = await issueVirtualCard()
    const { challengeId } = service.ask()
    await untilStep('waiting-for-card')
    service.send({ type: 'cancel', challengeId })
    await vi.waitFor(() => {
      expect(fixture.logLines.join('')).toContain('"reason":"cancelled"')
    })
    port.insert(card)
    const later = service.ask()
    await answerTo(later)
    expect(service.heard.filter((frame) => frame['type'] === 'auth-token')).toHaveLength(1)
  })

  it('end when their time is up', async () => {
    const { service } = await start()
    service.ask({ expiresAt: '2026-11-21T08:00:00.050Z' })
    await vi.waitFor(() => {
      expect(fixture.logLines.join('')).toContain('"reason":"expired"')
    })
  })

  it('that look expired are served: it is this clock that is wrong', async () => {
    const { port, service } = await start()
    port.insert((await issueVirtualCard()).card)
    await answerTo(service.ask({ expiresAt: '2026-11-20T08:00:00Z' }))
  })

  it('are shown at the terminal with application and number', async () => {
    const { prompt, service } = await start()
    const { application, number } = service.ask()
    await untilStep('waiting-for-card')
    const language = 'vi'
    expect(prompt.notices).toEqual([{ application, number, language, step: 'waiting-for-card' }])
  })
})

describe('a service that goes away', () => {
  it('is dialled again, and a card tapped meanwhile is not lost', async () => {
    const { agent, port, service } = await start()
    const { card } = await issueVirtualCard()
    const request = service.ask()
    await untilStep('waiting-for-card')
    await service.stop()
    await vi.waitFor(() => {
      expect(agent.channelState()).toBe('offline')
    })
    port.insert(card)
    await vi.waitFor(() => {
      expect(signedLine()).toHaveProperty('cardUuid')
    })
    await service.start()
    await answerTo(request)
    expect(service.welcomed).toBe(2)
  })

  it('and comes back while a card is waited for hears how far the sign-in is', async () => {
    const { service } = await start()
    service.ask()
    await untilStep('waiting-for-card')
    await service.stop()
    service.heard.length = 0
    await service.start()
    await untilStep('waiting-for-card')
  })

  it('for good, because the terminal was withdrawn, is not dialled again', async () => {
    const { agent, service } = await start()
    service.hangUp(4403)
    await vi.waitFor(() => {
      expect(agent.channelState()).toBe('withdrawn')
    })
    await agent.stop()
    expect(agent.channelState()).toBe('withdrawn')
    expect(service.welcomed).toBe(1)
  })

  it('because another agent took over is not dialled again', async () => {
    const { agent, service } = await start()
    service.hangUp(4409)
    await vi.waitFor(() => {
      expect(agent.channelState()).toBe('replaced')
    })
    expect(service.welcomed).toBe(1)
  })
})

describe('pairing', () => {
  it('opens the one-time address of the issuer', async () => {
    const { agent, openedPages, service } = await start()
    const link = agent.pair()
    await vi.waitFor(() => {
      expect(service.heard.at(-1)).toEqual({ type: 'pairing-request' })
    })
    const url = `${service.issuer}/terminal/pair#one-time`
    service.send({ type: 'pairing', url, expiresInSeconds: 300 })
    expect(await link).toEqual({ url, expiresInSeconds: 300 })
    expect(openedPages).toEqual([url])
  })

  it('opens no address of anybody else', async () => {
    const { agent, openedPages, service } = await start()
    const link = agent.pair()
    const url = 'https://elsewhere.example/terminal/pair#one-time'
    service.send({ type: 'pairing', url, expiresInSeconds: 300 })
    await expect(link).rejects.toMatchObject({ code: 'ISSUER_MISMATCH' })
    expect(openedPages).toEqual([])
  })
})

describe('the log', () => {
  it('holds no PIN, nonce, signature, token or whole APDU at any level', async () => {
    const { port, prompt, service } = await start()
    const { card } = await issueVirtualCard()
    prompt.typed.push('97531246', rightPin)
    port.insert(card)
    const request = service.ask({ keySlot: '9A' })
    const answer = await answerTo(request)
    const log = fixture.logLines.join('')
    expect(log).toContain('card.exchange')
    const pinHex = Buffer.from(rightPin).toString('hex')
    const signature = String(tokenOf(answer)['signature'])
    const secrets = [rightPin, '97531246', pinHex, request.nonce, signature]
    for (const secret of [...secrets, String(answer['terminalSignature'])]) {
      expect(log).not.toContain(secret)
    }
    expect(log).not.toMatch(/[0-9a-f]{64}/i)
    expect(log).not.toContain('0020008008')
  })
})
