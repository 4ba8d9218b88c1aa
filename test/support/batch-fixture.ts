import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import type { SignaturePart } from '../../src/batches/batch.ts'
import { loadBatch, type LoadBatchDeps } from '../../src/batches/load-batch.ts'
import {
  judgeBatchRows,
  prepareBatch,
  type BatchField,
  type PrepareBatchDeps,
} from '../../src/batches/prepare-batch.ts'
import { fault } from '../../src/batches/row-faults.ts'
import { signBatch } from '../../src/batches/sign-batch.ts'
import type { CardKind } from '../../src/holders/card-kind.ts'
import type { Holder } from '../../src/holders/holder.ts'
import type { FileRow } from '../../src/holders/import/file-row.ts'
import { createIssuingFixture, type IssuingFixture } from './issuing-fixture.ts'

/** A person with an active card, who can sign. */
export interface Officer {
  readonly holder: Holder
  readonly card: VirtualCard
}

/** Batches on real parts: registry, authorities, and officers with virtual cards. */
export interface BatchFixture {
  readonly issuing: IssuingFixture
  readonly deps: LoadBatchDeps & PrepareBatchDeps
  addOfficer(): Promise<Officer>
  /** Rows for as many new citizens. */
  rows(count: number, given?: Partial<Texts>): Promise<FileRow<BatchField>[]>
  /** The unsigned file of these rows. */
  prepare(rows: readonly FileRow<BatchField>[]): Promise<string>
  sign(file: string, officer: Officer, part?: SignaturePart): Promise<string>
  /** A batch of that many citizens' cards in the queue. @returns its id */
  queue(count: number, given?: Partial<Texts>): Promise<string>
  close(): Promise<void>
}

type Texts = FileRow<BatchField>['texts']

export async function createBatchFixture(): Promise<BatchFixture> {
  const issuing = await createIssuingFixture()
  const { db, issuance } = issuing.deps
  const { clock, random, certificates } = issuance
  const photoOf = () => Promise.resolve(fault('photo-missing'))
  const deps = { db, clock, random, certificates, photoOf, fourEyesAbove: 10 }
  const officers: Officer[] = []
  const fixture: BatchFixture = {
    ...{ issuing, deps },
    addOfficer: async () => {
      const card = VirtualCard.create({})
      const request = await issuing.request('civil-servant', { active: true })
      await issuing.issue(card, request)
      return { holder: request.holder, card }
    },
    rows: async (count, given = {}) => {
      const rows: FileRow<BatchField>[] = []
      for (let line = 2; line < count + 2; line += 1) {
        const texts = { ...(await rowFor(issuing, 'citizen')), ...given }
        rows.push({ line, texts, faults: [] })
      }
      return rows
    },
    prepare: async (rows) => {
      const judged = await judgeBatchRows(deps, { rows: () => asyncOf(rows) })
      const { file } = await prepareBatch(deps, judged, { actor: 'test' })
      return file
    },
    sign: async (file, { card }, part = 'prepare') => {
      const desk = issuing.desk(card)
      try {
        const request = { file, part, actor: 'test' }
        return (await desk.withCard((one) => signBatch(deps, one, request))).file
      } finally {
        await desk.close()
      }
    },
    queue: async (count, given) => {
      const officer = officers[0] ?? (await fixture.addOfficer())
      officers[0] = officer
      const draft = await fixture.prepare(await fixture.rows(count, given))
      const file = await fixture.sign(draft, officer)
      return (await loadBatch(deps, { file, actor: 'test' })).batch.content.id
    },
    close: () => issuing.close(),
  }
  return fixture
}

async function rowFor(issuing: IssuingFixture, kind: CardKind): Promise<Texts> {
  const holder = await issuing.addHolder(kind)
  const nationalNumber = holder.type === 'person' ? holder.nationalNumber : null
  return { nationalNumber, kind }
}

/** As a file's rows come. */
export async function* asyncOf<T>(rows: readonly T[]): AsyncGenerator<T> {
  for (const row of rows) yield await Promise.resolve(row)
}
