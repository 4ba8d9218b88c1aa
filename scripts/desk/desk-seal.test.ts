import { generateKeyPairSync } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { describe, expect, it } from 'vitest'
import { agreeOnSeal, type DeskSeal as AgentSeal } from '../../card-reader/desk/desk-seal.ts'
import { createTerminalKey } from '../../card-reader/terminal-key.ts'
import { makeDeskKey, sealWith, type DeskSeal } from '../../src/terminals/desk-seal.ts'

const terminalId = '6f2c1f0a-6f0f-4c34-9d0c-0a1d6a1d7c11'
const deskId = '0b9b1c3e-1d55-4a0e-8d2c-7b6a5f4e3d2c'
const at = new Date('2026-11-21T08:00:00Z')

/** Both ends of one desk, agreed as they are over the channel. */
async function agree(): Promise<{ far: DeskSeal; agent: AgentSeal }> {
  const terminalKey = createTerminalKey({ now: () => at })
  const key = makeDeskKey()
  const nonce = Buffer.alloc(32, 7).toString('base64')
  const { publicKey } = key
  const terms = { deskId, purpose: 'issue', nonce, publicKey } as const
  const open = { type: 'desk-open', ...terms, reader: null, number: '47', language: 'vi' } as const
  const agent = agreeOnSeal(open, terminalId)
  if (agent === null) throw new Error('the key is on P-256')
  const { agentKey } = agent
  const statement = await terminalKey.signDesk(
    { deskId, purpose: 'issue', nonce, deskKey: publicKey, agentKey },
    { terminalId, issuer: 'https://id.example' },
  )
  const standing = { id: terminalId, mode: 'managed', state: 'active' } as const
  const terminal = { ...standing, publicKey: terminalKey.publicKey }
  const far = sealWith(terminal, statement, { terms, key })
  if (far === null) throw new Error('the statement is right')
  return { far, agent }
}

describe('the seal of a desk', () => {
  it('opens at the other end, message by message, in both directions', async () => {
    const { far, agent } = await agree()
    for (const message of [{ method: 'identify' }, { method: 'attest', slot: '9A' }]) {
      expect(await agent.open(await far.seal(message))).toEqual(message)
      expect(await far.open(await agent.seal({ value: message }))).toEqual({ value: message })
    }
  })

  it('does not open a message that was repeated, overtaken or sent back', async () => {
    const { far, agent } = await agree()
    const [first, second, third] = [await far.seal(1), await far.seal(2), await far.seal(3)]
    expect(await agent.open(first)).toBe(1)
    await expect(agent.open(first)).rejects.toThrow('not the next')
    await expect(agent.open(third)).rejects.toThrow('not the next')
    expect(await agent.open(second)).toBe(2)
    await expect(far.open(third)).rejects.toThrow('decryption')
  })

  it('does not open a message of another desk, or under another algorithm', async () => {
    const [{ agent }, other] = [await agree(), await agree()]
    await expect(agent.open(await other.far.seal(1))).rejects.toThrow('decryption')
    const jwe = new CompactEncrypt(Buffer.from('{"number":1,"message":1}'))
    const foreign = await jwe
      .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' })
      .encrypt(Buffer.alloc(32))
    await expect(agent.open(foreign)).rejects.toThrow('not allowed')
  })

  it('is not made with a key on another curve, or with none', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    for (const wrong of [spki, 'AA=='])
      expect(
        agreeOnSeal(
          {
            ...{ type: 'desk-open', deskId, purpose: 'issue', nonce: '', publicKey: wrong },
            ...{ reader: null, number: '47', language: 'vi' },
          },
          terminalId,
        ),
      ).toBeNull()
  })
})
