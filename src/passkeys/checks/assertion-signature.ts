import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import type { Passkey } from '../passkey.ts'
import type { ReceivedAssertion } from '../received-response.ts'
import { PasskeyRefused } from '../refusal.ts'
import type { RelyingParty } from '../relying-party.ts'

/** The counter is judged after the signature, by `checkSignCount`: nothing unsigned is believed. */
const anyCounter = -1

/**
 * Does the device hold the key? (WebAuthn Level 3 §7.2 step 21.) The library goes over everything
 * else once more.
 *
 * @throws PasskeyRefused `signature-wrong`
 */
export async function checkAssertionSignature(
  { json, clientData }: ReceivedAssertion,
  { publicKey }: Pick<Passkey, 'publicKey'>,
  relyingParty: RelyingParty,
): Promise<void> {
  const { userHandle, ...response } = json.response
  const verifying = verifyAuthenticationResponse({
    response: {
      ...json,
      response: { ...response, ...(typeof userHandle === 'string' && { userHandle }) },
      clientExtensionResults: {},
    },
    expectedChallenge: clientData.challenge,
    expectedOrigin: relyingParty.origin,
    expectedRPID: relyingParty.id,
    credential: { id: json.id, publicKey: new Uint8Array(publicKey), counter: anyCounter },
  })
  const { verified } = await verifying.catch((error: unknown) => {
    throw new PasskeyRefused('signature-wrong', { cause: error })
  })
  if (!verified) throw new PasskeyRefused('signature-wrong')
}
