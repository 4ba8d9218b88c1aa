import { createHash, sign, type KeyObject } from 'node:crypto'
import { WebSocket } from 'ws'
import type { Desk } from './world.ts'

interface Frame {
  readonly type: string
  readonly nonce?: string
  readonly challengeId?: string
}

/**
 * An agent reduced to its signatures: it says hello, and answers every sign-in request at once with
 * the desk's card, as one that the terminal knows (the card UUID without the certificate).
 *
 * @returns once the service has welcomed it; call what it returns to hang up
 */
export function openSoftTerminal(issuer: string, desk: Desk): Promise<() => void> {
  const address = `${issuer.replace(/^http/, 'ws')}/terminal/channel`
  const socket = new WebSocket(address, 'ecard-terminal.v1')
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', (code) => {
      reject(new Error(`the service hung up: ${code}`))
    })
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame
      if (frame.type === 'hello') socket.send(helloAnswer(desk, issuer, frame))
      if (frame.type === 'welcome') {
        resolve(() => {
          socket.close()
        })
      }
      if (frame.type === 'sign-in') socket.send(cardAnswer(desk, issuer, frame))
    })
  })
}

function helloAnswer(desk: Desk, issuer: string, { nonce }: Frame): string {
  const proof = jws(desk, 'ecard-terminal-hello+jwt', { aud: issuer, nonce, iat: seconds() })
  return JSON.stringify({ type: 'authenticate', terminalId: desk.terminalId, proof })
}

/** Web eID: the card signs H(origin) ‖ H(nonce); the terminal signs what it saw. */
function cardAnswer(desk: Desk, issuer: string, { nonce = '', challengeId }: Frame): string {
  const { cardUuid, keySlot, privateKey } = desk.card
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const signed = Buffer.concat([digest(issuer), digest(nonce)])
  const claims = { aud: issuer, nonce, cardUuid, keySlot, iat: seconds() }
  const signature = ecdsa(privateKey, signed).toString('base64')
  const appVersion = 'https://ecard.example/bench/1.0.0'
  return JSON.stringify({
    type: 'auth-token',
    challengeId,
    cardUuid,
    keySlot,
    token: { format: 'web-eid:1.0', algorithm: 'ES256', signature, appVersion },
    terminalSignature: jws(desk, 'ecard-terminal-signature+jwt', claims),
  })
}

function jws({ terminalId, terminalKey }: Desk, typ: string, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'ES256', kid: terminalId, typ })}.${part(claims)}`
  return `${signed}.${ecdsa(terminalKey, Buffer.from(signed)).toString('base64url')}`
}

function ecdsa(key: KeyObject, message: Buffer): Buffer {
  return sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })
}

function seconds(): number {
  return Math.floor(Date.now() / 1000)
}
