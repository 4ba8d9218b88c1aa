import type { Facts } from '../../src/errors.ts'
import type { CardState } from '../../src/cards/card.ts'
import type { AgencyKind } from '../../src/holders/agency.ts'
import type { HolderState, HolderType } from '../../src/holders/holder.ts'
import type { AgencyField, HolderField } from '../../src/holders/import/fields.ts'
import type {
  ImportCounts,
  RowFault,
  RowFaultReason,
  RowOutcome,
} from '../../src/holders/import/file-row.ts'
import type { FileFaultReason } from '../people/people-file-refused.ts'

/** Everything that the commands about people and offices say, in one language. */
export interface PeopleWords {
  readonly outcomes: Readonly<Record<RowOutcome, string>>
  readonly line: string
  readonly counts: (counts: ImportCounts) => string
  readonly unknownColumns: (names: string) => string
  readonly dryRun: string
  readonly dryRunRefused: string
  readonly applied: string
  readonly nothingToDo: string
  readonly reportHeader: readonly [string, string, string, string, string]
  readonly fields: Readonly<Record<AgencyField | HolderField | 'organisation', string>>
  readonly agencyKinds: Readonly<Record<AgencyKind, string>>
  readonly holderTypes: Readonly<Record<HolderType, string>>
  readonly none: string
  readonly states: Readonly<Record<HolderState, string>>
  readonly rowFaults: Readonly<Record<RowFaultReason, (fault: RowFault) => string>>
  readonly fileFaults: Readonly<Record<FileFaultReason, (facts: Facts) => string>>
  readonly cardStates: Readonly<Record<CardState, string>>
  readonly leaves: (name: string) => string
  readonly returns: (name: string) => string
  readonly moves: (move: { name: string; from: string; to: string }) => string
  readonly card: (card: { uuid: string; kind: string; from: string; to: string }) => string
  readonly cardStays: (card: { uuid: string; kind: string; state: string }) => string
  readonly noCards: string
  readonly cardsAsTheyAre: string
  readonly oldOfficeOnCard: string
  readonly nobody: (given: string) => string
  readonly more: (limit: number) => string
  readonly exported: (count: number, path: string) => string
  readonly importRefused: (counts: ImportCounts) => string
}
