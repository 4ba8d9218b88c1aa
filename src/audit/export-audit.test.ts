import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditTime, openAuditFixture, type AuditFixture } from '../../test/support/audit-fixture.ts'
import { readAuditKeys } from './audit-keys.ts'
import { createAuditStore } from './audit-store.ts'
import type { AuditFilter } from './audit-filter.ts'
import { exportAudit } from './export-audit.ts'

const cardUuid = '6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071'
const later = new Date(auditTime.getTime() + 3_600_000)

describe('the export', () => {
  let audit: AuditFixture
  let whole: string

  beforeAll(async () => {
    audit = await openAuditFixture()
    await audit.append(7)
    await createAuditStore(audit.db).append({
      ...{ at: later, event: 'card.revoked', outcome: 'succeeded', cardUuid, actor: 'ecard' },
      ...{ reason: 'mất ở "chợ"\n}', facts: { approval: 'A-12', text: '","event":{}' } },
    })
    await audit.checkpoint()
    await audit.append(3)
    await audit.checkpoint()
    await audit.append(2)
    const publicKey = join(audit.folder, 'key.pem')
    const pem = (await readAuditKeys(audit.keystore)).map(({ publicKey: key }) =>
      key.export({ format: 'pem', type: 'spki' }),
    )
    await writeFile(publicKey, pem.join(''))
    const { text, summary } = await run('whole.jsonl')
    expect(summary).toEqual({ events: 11, waiting: 2 })
    whole = text
  })
  afterAll(() => audit.close())

  async function run(name: string, filter: AuditFilter = {}) {
    const path = join(audit.folder, name)
    const summary = await exportAudit(audit.db, filter, { stream: createWriteStream(path) })
    return { summary, text: await readFile(path, 'utf8') }
  }

  /** Who has nothing but the file and the public key: hashes by SHA-256, signatures by OpenSSL. */
  function faults(text: string): string[] {
    const found: string[] = []
    let last = '0'.repeat(64)
    for (const line of text.trimEnd().split('\n')) {
      const parsed = JSON.parse(line) as Record<string, string>
      if (parsed['type'] === 'event') {
        const event = line.slice(line.indexOf('"event":{') + '"event":'.length, -1)
        const bytes = Buffer.concat([
          Buffer.from(parsed['previous'] ?? '', 'hex'),
          Buffer.from(event),
        ])
        const hash = createHash('sha256').update(bytes).digest('hex')
        if (hash !== parsed['hash'] || parsed['previous'] !== last)
          found.push(`event ${parsed['seq']}`)
        last = parsed['hash'] ?? ''
      } else if (!isSigned(parsed['jws'] ?? '', last)) found.push(`checkpoint ${parsed['number']}`)
    }
    return found
  }

  function isSigned(jws: string, hash: string): boolean {
    const [header = '', payload = '', signature = ''] = jws.split('.')
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { hash: string }
    const raw = Buffer.from(signature, 'base64url').toString('hex')
    const config = `asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x${raw.slice(0, 64)}\ns=INTEGER:0x${raw.slice(64)}\n`
    const at = (name: string) => join(audit.folder, name)
    execFileSync('sh', ['-c', 'cat > "$1"', 'sh', at('signature.cnf')], { input: config })
    const openssl = (args: string[], input?: string): string =>
      execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe', ...(input && { input }) })
    openssl(['asn1parse', '-genconf', at('signature.cnf'), '-out', at('signature'), '-noout'])
    const verify = ['dgst', '-sha256', '-verify', at('key.pem'), '-signature', at('signature')]
    try {
      return said.hash === hash && openssl(verify, `${header}.${payload}`).includes('Verified OK')
    } catch {
      return false
    }
  }

  it('is proven by the file and the public key alone', () => {
    expect(whole.trimEnd().split('\n')).toHaveLength(11 + 2)
    expect(faults(whole)).toEqual([])
  })

  it('shows to whoever has the file what was changed in it', () => {
    const lines = whole.split('\n')
    const edit = (index: number, change: (line: string) => string): string =>
      lines.with(index, change(lines[index] ?? '')).join('\n')
    expect(faults(edit(2, (line) => line.replace('lý do 3', 'lý do 4')))).toEqual(['event 3'])
    expect(faults(lines.toSpliced(2, 1).join('\n'))).toEqual(['event 4'])
    expect(
      faults(
        lines
          .with(2, lines[3] ?? '')
          .with(3, lines[2] ?? '')
          .join('\n'),
      ),
    ).toEqual([...['event 4', 'event 3', 'event 5']])
    const flip = (line: string): string => line.replace(/.{6}"}$/, 'AAAAAA"}')
    expect(faults(edit(8, flip))).toEqual(['checkpoint 1'])
  })

  it('says who, what, on whom, why and with which approval', () => {
    const line = whole.split('\n').find((one) => one.includes('card.revoked')) ?? ''
    expect(JSON.parse(line)).toMatchObject({
      ...{ type: 'event', seq: 8 },
      event: {
        ...{ actor: 'ecard', event: 'card.revoked', outcome: 'succeeded', cardUuid },
        ...{ at: '2026-03-01T08:00:00Z', reason: 'mất ở "chợ"\n}', facts: { approval: 'A-12' } },
      },
    })
  })

  it.each<[string, AuditFilter, number[]]>([
    ['a card', { cardUuid }, [8]],
    ['an event', { event: 'card.revoked' }, [8]],
    ['a time', { from: later }, [8]],
    ['a time up to which', { to: later, actor: 'ecard' }, [1, 2, 3, 4, 5, 6, 7, 9, 10, 11]],
    ['nothing that is there', { holderId: cardUuid }, []],
  ])('can be of %s, and each line still checks by itself', async (name, filter, seqs) => {
    const { text, summary } = await run(`${name}.jsonl`, filter)
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith('{"type":"event"'))
      .map((line) => JSON.parse(line) as { seq: number })
    expect(lines.map(({ seq }) => seq)).toEqual(seqs)
    expect(summary.events).toBe(seqs.length)
    for (const { seq } of lines) {
      const line = whole.split('\n').find((one) => one.startsWith(`{"type":"event","seq":${seq},`))
      expect(text).toContain(line)
    }
  })

  it('shows a link whose event was removed', async () => {
    const other = await openAuditFixture()
    await other.append(3)
    await other.checkpoint()
    await other.tamper('delete from audit_events where id = 2')
    const path = join(other.folder, 'removed.jsonl')
    await exportAudit(other.db, {}, { stream: createWriteStream(path) })
    const lines = (await readFile(path, 'utf8')).split('\n')
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ seq: 2, event: null })
    await other.close()
  })
})
