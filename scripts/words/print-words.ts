import type { CardKind } from '../../src/holders/card-kind.ts'
import type { FaceField } from '../print/face-template.ts'
import type { PhotoFault } from '../print/read-photo.ts'

/** Everything that printed cards and slips say, and the commands that print them. */
export interface PrintWords {
  readonly kinds: Readonly<Record<CardKind, string>>
  readonly slip: {
    readonly title: string
    readonly holder: string
    readonly card: string
    readonly pin: string
    readonly rules: readonly string[]
    readonly secret: string
  }
  readonly face: {
    readonly title: string
    /** Stands before the value; empty for what speaks for itself. */
    readonly labels: Readonly<Record<FaceField, string>>
    readonly back: string
    readonly found: string
  }
  readonly photoFaults: Readonly<Record<PhotoFault, (path: string) => string>>
  readonly damagedPhoto: string
  readonly photoChanged: (path: string) => string
  readonly description: string
  readonly faceDescription: string
  readonly cardOption: string
  readonly photoOption: string
  readonly outOption: string
  readonly faceHelp: string
  readonly noCard: (uuid: string) => string
  readonly printed: (pages: number, path: string) => string
  readonly exists: (path: string) => string
}
