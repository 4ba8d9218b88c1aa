import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  answerChallenge,
  createCardAuthFixture,
  signIn,
  signToken,
  startAttempt,
  startOfTest,
  type CardAuthFixture,
} from '../../test/support/card-auth-fixture.ts'
import { createTestTerminal } from '../../test/support/test-terminal.ts'
import { issueWrong, type Wrongness } from '../../test/support/tiny-ca.ts'
import { createCardStore } from '../cards/card-store.ts'
import type { Card, CardState } from '../cards/card.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import { createCertificateStore, type CertificateStatusChange } from '../pki/certificate-store.ts'
import { createTerminalStore } from '../terminals/terminal-store.ts'
import { cancelCardAuth } from './start-card-auth.ts'
import { finishCardAuth, type CardAuthAttempt } from './finish-card-auth.ts'
import { CardRefused, refusals, type Refusal, type RefusalReason } from './refusal.ts'

/** How it comes about; resolves to what the person's page would get to see. */
interface Provocation {
  readonly by: string
  readonly provoke: (fixture: CardAuthFixture) => Promise<unknown>
  /** What the sentence's placeholder stands for. */
  readonly details?: CardRefused['details']
}

const otherSecret = 'A'.repeat(43)

/** Every reason, with every way to it. A reason without one does not compile. */
const provocations: Readonly<Record<RefusalReason, readonly Provocation[]>> = {
  'challenge-unknown': [
    {
      by: 'a challenge that nobody started',
      provoke: async (fixture) => {
        const attempt = await answered(fixture)
        const challengeId = '6ba7b810-9dad-41d1-80b4-00c04fd430c8'
        return finishCardAuth(fixture.deps, { ...attempt, challengeId })
      },
    },
    {
      by: 'a challenge of long ago',
      provoke: (fixture) => signInLater(fixture, 3600),
    },
  ],
  'challenge-used': [
    {
      by: 'the request that has signed the browser in, sent once more',
      provoke: async (fixture) => {
        const attempt = await answered(fixture)
        await finishCardAuth(fixture.deps, attempt)
        return finishCardAuth(fixture.deps, attempt)
      },
    },
    {
      by: 'a request after one that was turned down',
      provoke: async (fixture) => {
        const card = await fixture.registerCard()
        const attempt = await answerChallenge(fixture, card, { token: () => 'garbage' })
        await expect(finishCardAuth(fixture.deps, attempt)).rejects.toThrow('token-malformed')
        return finishCardAuth(fixture.deps, attempt)
      },
    },
    {
      by: 'an answer to a sign-in that was cancelled',
      provoke: async (fixture) => {
        const attempt = await answered(fixture)
        await cancelCardAuth(fixture.deps, attempt)
        return finishCardAuth(fixture.deps, attempt)
      },
    },
  ],
  'challenge-expired': [
    { by: 'a card that came after five minutes', provoke: (fixture) => signInLater(fixture, 300) },
  ],
  'challenge-other-browser': [
    {
      by: 'a browser that did not start the sign-in',
      provoke: (fixture) =>
        signInAs(fixture, (attempt) => ({ ...attempt, browserSecret: otherSecret })),
    },
    {
      by: 'another sign-in of the same browser',
      provoke: (fixture) =>
        signInAs(fixture, (attempt) => ({ ...attempt, interactionId: 'other' })),
    },
  ],
  'token-missing': [
    {
      by: 'a request before the card has answered',
      provoke: async (fixture) => {
        const { terminal, deps } = fixture
        const asked = { terminal, keySlot: '9E', cardKinds: ['civil-servant'] } as const
        return finishCardAuth(deps, await startAttempt(fixture, asked))
      },
    },
  ],
  'token-malformed': [
    { by: 'a token of another format', provoke: withToken({ format: 'web-eid:2.0' }) },
    { by: 'a token without a signature', provoke: withToken({ signature: undefined }) },
    {
      by: 'a certificate that is none',
      provoke: withToken({ unverifiedCertificate: Buffer.alloc(600, 7).toString('base64') }),
    },
  ],
  'algorithm-not-allowed': [
    { by: 'no algorithm at all', provoke: withToken({ algorithm: 'none' }) },
    { by: 'an algorithm that is not for this key', provoke: withToken({ algorithm: 'RS256' }) },
    { by: 'the algorithm of another curve', provoke: withToken({ algorithm: 'ES384' }) },
  ],
  'card-signature-wrong': [
    {
      by: 'a signature with another key',
      provoke: async (fixture) => {
        const { leaf } = await fixture.registerCard()
        const key = leaf.privateKey
        const card = await fixture.registerCard()
        return signIn(fixture, card, {
          token: (token, { nonce }) => ({ ...token, ...signatureBy({ key, nonce }) }),
        })
      },
    },
    {
      by: 'a signature for another origin',
      provoke: withSignature({ origin: 'https://id.example.evil' }),
    },
    { by: 'a signature over another nonce', provoke: withSignature({ nonce: 'B'.repeat(44) }) },
    {
      by: "the name of another holder's card",
      provoke: async (fixture) => {
        const victim = await fixture.registerCard()
        const card = await fixture.registerCard()
        const claimed = { cardUuid: victim.cardUuid }
        return signIn(fixture, card, { withCertificate: false, claimed })
      },
    },
  ],
  'certificate-unknown': [
    {
      by: 'a certificate of our own authority that is not in the registry',
      provoke: async (fixture) => {
        const card = await fixture.registerCard()
        const leaf = await fixture.ca.issue({ cardUuid: card.cardUuid })
        return signIn(fixture, { ...card, leaf })
      },
    },
  ],
  'certificate-expired': [
    {
      by: 'a certificate that has ended',
      provoke: withWrong('expired'),
      details: { date: new Date(startOfTest.getTime() - 86_400_000) },
    },
  ],
  'certificate-not-yet-valid': [
    {
      by: 'a certificate that has not begun',
      provoke: withWrong('not-yet-valid'),
      details: { date: new Date(startOfTest.getTime() + 86_400_000) },
    },
  ],
  'certificate-revoked': [
    { by: 'a revoked certificate', provoke: withCertificateStatus('revoked') },
    { by: 'a certificate that another has replaced', provoke: withCertificateStatus('superseded') },
  ],
  'certificate-suspended': [
    { by: 'a suspended certificate', provoke: withCertificateStatus('suspended') },
  ],
  'chain-untrusted': [{ by: 'a certificate of another authority', provoke: withWrong('other-ca') }],
  'certificate-kind-mismatch': [
    {
      by: "a certificate that another kind's authority has signed",
      provoke: withWrong('wrong-kinds-ca'),
    },
    { by: 'a certificate without a policy', provoke: withWrong('without-policy') },
    {
      by: "a terminal's certificate",
      provoke: async (fixture) => {
        const leaf = await fixture.ca.issue({ kind: 'terminal' })
        return signIn(fixture, await fixture.registerCard({ leaf }))
      },
    },
    {
      by: 'a certificate that is registered for a card of another kind',
      provoke: async (fixture) => {
        const leaf = await fixture.ca.issue({ kind: 'citizen' })
        return signIn(fixture, await fixture.registerCard({ leaf }))
      },
    },
  ],
  'certificate-slot-mismatch': [
    {
      by: 'a certificate of another key than the terminal says',
      provoke: async (fixture) => {
        const leaf = await fixture.ca.issue({ slot: '9A' })
        return signIn(fixture, await fixture.registerCard({ leaf }))
      },
    },
    {
      by: 'a certificate that is registered for another key',
      provoke: async (fixture) => {
        const leaf = await fixture.ca.issue({ slot: '9A' })
        const card = await fixture.registerCard({ leaf })
        return signIn(fixture, { ...card, slot: '9A' })
      },
    },
    {
      by: 'the PIN key where a tap was asked for',
      provoke: async (fixture) =>
        signIn(fixture, await fixture.registerCard({ slot: '9A' }), { keySlot: '9E' }),
    },
  ],
  'card-suspended': [
    {
      by: 'a suspended card',
      provoke: withCardState('suspended'),
      details: { date: startOfTest },
    },
    {
      by: 'a card that was suspended after it had answered',
      provoke: async (fixture) => {
        const card = await fixture.registerCard()
        const change = { from: 'active', to: 'suspended', reason: 'lost', at: startOfTest } as const
        return signIn(fixture, card, {
          before: () => createCardStore(fixture.db).changeState(card.cardUuid, change),
        })
      },
      details: { date: startOfTest },
    },
  ],
  'card-revoked': [
    { by: 'a revoked card', provoke: withCardState('revoked') },
    { by: 'a card that another has replaced', provoke: withCardState('replaced') },
  ],
  'card-expired': [
    {
      by: 'a card that the registry has ended',
      provoke: withCardState('expired'),
      details: { date: new Date(startOfTest.getTime() + 365 * 86_400_000) },
    },
    {
      by: 'a card past its date that the registry still calls active',
      provoke: async (fixture) =>
        signIn(fixture, await fixture.registerCard({ expiresAt: startOfTest })),
      details: { date: startOfTest },
    },
  ],
  'card-unknown': [
    {
      by: 'the name of a card that we do not know',
      provoke: async (fixture) => {
        const card = await fixture.registerCard()
        const claimed = { cardUuid: '00000000-0000-4000-8000-000000000000' }
        return signIn(fixture, card, { withCertificate: false, claimed })
      },
    },
  ],
  'card-not-active': [
    { by: 'a tap of a card that was never activated', provoke: withCardState('issued') },
    {
      by: 'the first tap and PIN of a card that ends at the same moment',
      provoke: async (fixture) => {
        const card = await fixture.registerCard({ state: 'issued', slot: '9A' })
        const activate = async (found: Card) => {
          const { cardUuid } = found
          const change = { from: 'issued', to: 'revoked', reason: 'lost', at: startOfTest } as const
          await createCardStore(fixture.db).changeState(cardUuid, change)
          return fixture.deps.activate(found)
        }
        return signIn({ ...fixture, deps: { ...fixture.deps, activate } }, card)
      },
    },
    { by: 'a card that was never issued', provoke: withCardState('requested') },
  ],
  'holder-inactive': [
    {
      by: 'a card whose holder has left',
      provoke: async (fixture) => {
        const card = await fixture.registerCard()
        const leave = () =>
          createHolderStore(fixture.db).setState(card.holderId, 'inactive', startOfTest)
        return signIn(fixture, card, { before: leave })
      },
    },
  ],
  'origin-mismatch': [
    {
      by: 'a terminal that serves another origin',
      provoke: async (fixture) => {
        const aud = 'https://id.example.evil'
        return signIn(fixture, await fixture.registerCard(), {
          witness: (claims) => ({ ...claims, aud }),
        })
      },
    },
  ],
  'terminal-signature-missing': [
    {
      by: 'an answer that no terminal vouches for',
      provoke: async (fixture) => signIn(fixture, await fixture.registerCard(), { witness: null }),
    },
  ],
  'terminal-signature-wrong': [
    {
      by: "another terminal's key",
      provoke: async (fixture) => {
        const witnessKey = createTestTerminal().privateKey
        return signIn(fixture, await fixture.registerCard(), { witnessKey })
      },
    },
    {
      by: 'a co-signature over another question',
      provoke: withWitness({ nonce: 'B'.repeat(44) }),
    },
    {
      by: 'a co-signature over another card',
      provoke: withWitness({ cardUuid: '00000000-0000-4000-8000-000000000000' }),
    },
    { by: 'a co-signature over another key', provoke: withWitness({ keySlot: '9A' }) },
    {
      by: 'a terminal that names another card than the certificate does',
      provoke: async (fixture) => {
        const claimed = { cardUuid: (await fixture.registerCard()).cardUuid }
        return signIn(fixture, await fixture.registerCard(), { claimed })
      },
    },
  ],
  'terminal-withdrawn': [
    {
      by: 'a terminal that was withdrawn after it had answered',
      provoke: async (fixture) => {
        const terminal = await fixture.enrolTerminal('managed')
        const card = await fixture.registerCard()
        const withdraw = () =>
          createTerminalStore(fixture.db).withdraw(terminal.terminal.id, startOfTest)
        return signIn(fixture, card, { terminal, before: withdraw })
      },
    },
    {
      by: 'a terminal that is not in the registry',
      provoke: async (fixture) =>
        signIn(fixture, await fixture.registerCard(), { terminal: createTestTerminal() }),
    },
  ],
  'pin-required': [
    {
      by: 'a tap where card and PIN were asked for',
      provoke: async (fixture) => signIn(fixture, await fixture.registerCard(), { keySlot: '9A' }),
    },
  ],
  'tap-at-personal-terminal': [
    {
      by: "a tap at a holder's own laptop",
      provoke: async (fixture) => {
        const terminal = await fixture.enrolTerminal('personal')
        return signIn(fixture, await fixture.registerCard(), { terminal })
      },
    },
  ],
  'card-kind-not-admitted': [
    {
      by: "a civil servant's card at a service for citizens",
      provoke: async (fixture) =>
        signIn(fixture, await fixture.registerCard(), { cardKinds: ['citizen', 'enterprise'] }),
      details: { kinds: ['citizen', 'enterprise'] },
    },
  ],
}

const cases = Object.entries(provocations).flatMap(([reason, ways]) =>
  ways.map((way) => ({ reason: reason as RefusalReason, ...way })),
)

let fixture: CardAuthFixture

beforeAll(async () => {
  fixture = await createCardAuthFixture()
})
afterAll(async () => {
  await fixture.close()
})

describe('a card sign-in is refused', () => {
  it.each(cases)('with $reason for $by', async ({ reason, provoke, details = {} }) => {
    const refused = await provoke(fixture).then(
      () => null,
      (error: unknown) => error,
    )
    expect(refused).toBeInstanceOf(CardRefused)
    expect(refused).toMatchObject({ code: 'CARD_REFUSED', reason })
    expect(refused).toHaveProperty('details', details)
    const known = Object.keys(details).map((name) => `{${name}}`)
    expect(known).toEqual(placeholdersOf(refusals[reason].vi))
    const [latest] = await fixture.audit.listRecent({ limit: 1 })
    const { auditEvent } = refusals[reason]
    expect(latest).toMatchObject({ event: auditEvent, outcome: 'refused', reason })
  })
})

describe('the table of refusals', () => {
  const rows: readonly (readonly [string, Refusal])[] = Object.entries(refusals)

  it('has a test that provokes each reason', () => {
    const provoked = cases.map(({ reason }) => reason)
    expect(new Set(provoked)).toEqual(new Set(Object.keys(refusals)))
  })
  it.each(rows)('says %s in both languages, with an audit event', (_, row) => {
    expect(row.vi).toMatch(/^\p{Lu}[^.]+/u)
    expect(row.vi).toBe(row.vi.normalize('NFC'))
    expect(row.en).toMatch(/^\p{Lu}[^.]+/u)
    expect(placeholdersOf(row.vi)).toEqual(placeholdersOf(row.en))
    expect(row.auditEvent).toMatch(/^card-auth\.[a-z-]+$/)
  })
  it('gives each reason a look-up code of its own', () => {
    const codes = rows.map(([, { lookupCode }]) => lookupCode)
    expect(codes.every((code) => /^ECARD-1[0-5]\d\d$/.test(code))).toBe(true)
    expect(new Set(codes).size).toBe(codes.length)
  })
})

function placeholdersOf(sentence: string): string[] {
  return sentence.match(/\{\w+\}/g) ?? []
}

async function answered(fixture: CardAuthFixture): Promise<CardAuthAttempt> {
  return answerChallenge(fixture, await fixture.registerCard())
}

async function signInAs(
  fixture: CardAuthFixture,
  attempt: (attempt: CardAuthAttempt) => CardAuthAttempt,
): Promise<unknown> {
  return signIn(fixture, await fixture.registerCard(), { attempt })
}

/** The clock goes back afterwards: the other cases have dates of their own. */
async function signInLater(fixture: CardAuthFixture, seconds: number): Promise<unknown> {
  const attempt = await answered(fixture)
  fixture.clock.advance(seconds)
  try {
    return await finishCardAuth(fixture.deps, attempt)
  } finally {
    fixture.clock.advance(-seconds)
  }
}

function withToken(fields: Readonly<Record<string, unknown>>): Provocation['provoke'] {
  return async (fixture) =>
    signIn(fixture, await fixture.registerCard(), { token: (token) => ({ ...token, ...fields }) })
}

function signatureBy(options: Parameters<typeof signToken>[0]): { signature: unknown } {
  return { signature: signToken(options)['signature'] }
}

function withSignature(over: { origin?: string; nonce?: string }): Provocation['provoke'] {
  return async (fixture) => {
    const card = await fixture.registerCard()
    const key = card.leaf.privateKey
    return signIn(fixture, card, {
      token: (token, { nonce }) => ({ ...token, ...signatureBy({ key, nonce, ...over }) }),
    })
  }
}

function withWitness(claims: Readonly<Record<string, unknown>>): Provocation['provoke'] {
  return async (fixture) =>
    signIn(fixture, await fixture.registerCard(), { witness: (good) => ({ ...good, ...claims }) })
}

function withWrong(wrongness: Wrongness): Provocation['provoke'] {
  return async (fixture) => {
    const leaf = await issueWrong(fixture.ca, wrongness)
    return signIn(fixture, await fixture.registerCard({ leaf }))
  }
}

function withCardState(state: CardState): Provocation['provoke'] {
  return async (fixture) => signIn(fixture, await fixture.registerCard({ state }))
}

/** The reasons of RFC 5280 §5.3.1 that the database wants with a status. */
const statusReasons = {
  revoked: 'keyCompromise',
  suspended: 'certificateHold',
  superseded: null,
  active: null,
} as const

function withCertificateStatus(status: CertificateStatusChange['status']): Provocation['provoke'] {
  return async (fixture) => {
    const card = await fixture.registerCard()
    const { authorityId, leaf } = card
    const serial = { authorityId, serialNumber: leaf.serialNumber }
    const change = { status, at: startOfTest, reason: statusReasons[status] }
    return signIn(fixture, card, {
      before: () => createCertificateStore(fixture.db).setStatus(serial, change),
    })
  }
}
