import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { relyingPartyFor } from '../../test/support/passkey-fixture.ts'
import {
  crossOriginEs256,
  noneEs256,
  packedEs256,
  vectorOrigin,
  vectorRpId,
  type WebauthnVector,
} from '../../test/vectors/webauthn-level-3.ts'
import { readPasskeyMetadata, type PasskeyMetadata } from './attestation-metadata.ts'
import { judgeAttestation } from './attestation.ts'
import { checkAssertionSignature } from './checks/assertion-signature.ts'
import { checkAuthenticatorData, checkClientData } from './checks/ceremony.ts'
import { verifiedCredential } from './checks/new-credential.ts'
import { readAssertion, readRegistration } from './received-response.ts'
import type { PasskeyRefused } from './refusal.ts'
import type { PasskeyPolicy } from './relying-party.ts'

const now = new Date('2026-11-21T01:00:00Z')

describe('the vectors of WebAuthn Level 3', () => {
  it('register and sign in where the user was verified', async () => {
    const { credential, verdict } = await register(packedEs256, { attestation: 'direct' })
    expect(credential).toMatchObject({
      aaguid: '876ca4f5-2071-c3e9-b255-09ef2cdf7ed6',
      attestationFormat: 'packed',
      backupEligible: true,
      signCount: 0,
    })
    expect(verdict).toBe('unlisted')
    await signIn(packedEs256, credential.publicKey)
  })

  it('are refused where nobody verified the user', async () => {
    expect(() => {
      judgeData(noneEs256)
    }).toThrow(refused('user-verification-missing'))
    await expect(signIn(noneEs256, publicKeyOf(noneEs256))).rejects.toEqual(
      refused('user-verification-missing'),
    )
  })

  it('are refused where the page was inside another site', async () => {
    const { authentication, registration } = crossOriginEs256
    for (const [type, vector] of [
      ['webauthn.get', authentication],
      ['webauthn.create', registration],
    ] as const) {
      const clientData = JSON.parse(Buffer.from(vector.clientDataJSON, 'hex').toString()) as object
      const challenge = challengeOf(vector.challenge)
      expect(() => {
        checkClientData(clientData as never, { type, challenge, origin: vectorOrigin })
      }).toThrow(refused('embedded-elsewhere'))
    }
    const { credential } = await register(crossOriginEs256)
    await checkAssertionSignature(assertionOf(crossOriginEs256), credential, relyingParty())
  })

  it('are refused with one bit of the signature changed', async () => {
    const { credential } = await register(packedEs256)
    const { signature } = packedEs256.authentication
    const changed = `${signature.slice(0, -1)}${signature.endsWith('3') ? '2' : '3'}`
    const authentication = { ...packedEs256.authentication, signature: changed }
    const forged = signIn({ ...packedEs256, authentication }, credential.publicKey)
    await expect(forged).rejects.toEqual(refused('signature-wrong'))
  })
})

describe('a statement of the device about itself', () => {
  const { registration } = packedEs256
  // The first byte of the statement's signature after its ASN.1 head.
  const attestationObject = registration.attestationObject.replace('3f19ec4b', '3f19ec4c')
  const forged = { ...packedEs256, registration: { ...registration, attestationObject } }

  it('is refused where its signature is wrong', async () => {
    expect(attestationObject).not.toBe(registration.attestationObject)
    await expect(register(forged, { attestation: 'direct' })).rejects.toEqual(
      refused('attestation-wrong'),
    )
  })

  it('is left out where nobody asked for it', async () => {
    expect(await register(forged, { attestation: 'none' })).toMatchObject({
      credential: { attestationFormat: 'none' },
      verdict: 'none',
    })
  })
})

describe('the metadata of devices', () => {
  const { certificates } = readRegistration(registrationJson(packedEs256))
  const own = Buffer.from(certificates[0] ?? []).toString('base64')
  const entry = (roots: string[], statuses: string[] = []) => ({
    aaguid: '876CA4F5-2071-C3E9-B255-09EF2CDF7ED6',
    metadataStatement: { description: 'Khóa bảo mật Ví Dụ', attestationRootCertificates: roots },
    statusReports: statuses.map((status) => ({ status })),
  })

  it.each([
    ['trusted', [entry([own])]],
    ['untrusted', [entry([])]],
    ['untrusted', [entry(['bm8gY2VydGlmaWNhdGU'])]],
    ['withdrawn', [entry([own], ['FIDO_CERTIFIED', 'REVOKED'])]],
    ['unlisted', []],
  ] as const)('makes a model %s', async (expected, entries) => {
    const metadata = readPasskeyMetadata(JSON.stringify({ entries })).models
    const { verdict } = await register(packedEs256, { attestation: 'direct' }, metadata)
    expect(verdict).toBe(expected)
    const trusting = register(packedEs256, { attestation: 'trusted' }, metadata)
    if (expected === 'trusted') expect((await trusting).verdict).toBe('trusted')
    else await expect(trusting).rejects.toEqual(refused('attestation-untrusted'))
  })

  it('is asked for the time of certificates, and refuses a file of another form', async () => {
    const { models: metadata } = readPasskeyMetadata(JSON.stringify({ entries: [entry([own])] }))
    const { validTo } = new X509Certificate(Buffer.from(own, 'base64'))
    const late = new Date(Date.parse(validTo) + 1000)
    const { verdict } = await register(packedEs256, { attestation: 'direct' }, metadata, late)
    expect(verdict).toBe('untrusted')
    expect(() => readPasskeyMetadata('{"entries":{}}')).toThrow(
      expect.objectContaining({ code: 'PASSKEY_METADATA_UNUSABLE' }) as Error,
    )
  })
})

function relyingParty(policy: Partial<PasskeyPolicy> = {}, metadata = new Map()) {
  return { ...relyingPartyFor({ id: vectorRpId, origin: vectorOrigin }, policy), metadata }
}

async function register(
  vector: WebauthnVector,
  policy: Partial<PasskeyPolicy> = {},
  metadata?: PasskeyMetadata,
  at = now,
) {
  const received = readRegistration(registrationJson(vector))
  const party = { ...relyingParty(policy), ...(metadata && { metadata }) }
  const credential = await verifiedCredential(received, party)
  const judged = judgeAttestation(received, { credential, relyingParty: party, now: at })
  return { credential, verdict: judged.attestationVerdict }
}

async function signIn(vector: WebauthnVector, publicKey: Buffer): Promise<void> {
  const received = assertionOf(vector)
  const { challenge } = vector.authentication
  checkClientData(received.clientData, {
    type: 'webauthn.get',
    challenge: challengeOf(challenge),
    origin: vectorOrigin,
  })
  checkAuthenticatorData(received.authenticatorData, relyingParty())
  await checkAssertionSignature(received, { publicKey }, relyingParty())
}

function judgeData(vector: WebauthnVector): void {
  checkAuthenticatorData(
    readRegistration(registrationJson(vector)).authenticatorData,
    relyingParty(),
  )
}

function publicKeyOf(vector: WebauthnVector): Buffer {
  const { credentialPublicKey } = readRegistration(registrationJson(vector)).authenticatorData
  return Buffer.from(credentialPublicKey ?? [])
}

function registrationJson({ credentialId, registration }: WebauthnVector) {
  const { clientDataJSON, attestationObject } = registration
  return answer(credentialId, {
    clientDataJSON: base64url(clientDataJSON),
    attestationObject: base64url(attestationObject),
  })
}

function assertionOf({ credentialId, authentication }: WebauthnVector) {
  const { clientDataJSON, authenticatorData, signature } = authentication
  const response = {
    clientDataJSON: base64url(clientDataJSON),
    authenticatorData: base64url(authenticatorData),
    signature: base64url(signature),
  }
  return readAssertion(answer(credentialId, response))
}

function answer(credentialId: string, response: object) {
  const id = base64url(credentialId)
  return { id, rawId: id, type: 'public-key', response }
}

function challengeOf(hex: string) {
  return { challengeId: 'of a vector', nonce: base64url(hex), expiresAt: now.toISOString() }
}

function refused(reason: PasskeyRefused['reason']): Error {
  return expect.objectContaining({ code: 'PASSKEY_REFUSED', reason }) as Error
}

function base64url(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url')
}
