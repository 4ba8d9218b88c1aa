import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { ocspRequest, readOcspResponse } from './ocsp-client.ts'

export interface RevocationRace {
  readonly serialNumber: string
  readonly issuerDer: Buffer
  /** Origins of the nodes; each is asked by itself. */
  readonly nodes: readonly string[]
  /** Resolves when the revocation is committed. */
  readonly revoke: () => Promise<unknown>
}

const pollEveryMs = 2
const patienceMs = 20_000

/**
 * How long after the commit of a revocation the last of the nodes still said otherwise, in
 * milliseconds. Before it every node has been asked until it answers from memory, and each is asked
 * again and again all the time.
 *
 * @throws Error when a node says good after it said revoked
 */
export async function timeToTellRevocation(race: RevocationRace): Promise<number> {
  const path = pathFor(race)
  await Promise.all(race.nodes.map((node) => untilFromMemory(node + path)))
  const commit = race.revoke().then(() => performance.now())
  const watching = race.nodes.map((node) => untilRevoked(node + path, race.issuerDer))
  const [committedAt, ...toldAt] = await Promise.all([commit, ...watching])
  return Math.max(0, ...toldAt.map((at) => at - committedAt))
}

function pathFor({ issuerDer, serialNumber }: RevocationRace): string {
  const der = ocspRequest([{ issuerDer, serialNumber }], { hash: 'sha256' })
  return `/pki/ocsp/${encodeURIComponent(der.toString('base64'))}`
}

/** A freshly signed answer differs each time. */
async function untilFromMemory(url: string): Promise<void> {
  let last: Buffer = Buffer.of()
  for (const began = performance.now(); performance.now() - began < patienceMs;) {
    const answer = await get(url)
    if (answer.equals(last)) return
    last = answer
    await pause(pollEveryMs)
  }
  throw new Error('the node keeps no answers')
}

/** When the answer came that first said so; it has to go on saying so. */
async function untilRevoked(url: string, issuerDer: Buffer): Promise<number> {
  const began = performance.now()
  while ((await says(url, issuerDer)) === 'good') {
    if (performance.now() - began > patienceMs) throw new Error('never told of the revocation')
    await pause(pollEveryMs)
  }
  const toldAt = performance.now()
  for (let again = 0; again < 50; again++) {
    if ((await says(url, issuerDer)) === 'good') throw new Error('good again after revoked')
  }
  return toldAt
}

async function says(url: string, issuerDer: Buffer): Promise<string> {
  const { status, certificates } = readOcspResponse(await get(url), issuerDer)
  return certificates[0]?.says ?? status
}

function get(url: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        resolve(Buffer.concat(chunks))
      })
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end()
  })
}
