import type { AssuranceLevel } from '../../src/holders/authentication.ts'
import type { ClientFault, ClientFaultReason, ClientField } from '../../src/oidc/client-refused.ts'
import type { ClientState } from '../../src/oidc/client-store.ts'
import type { ClientAuthMethod } from '../../src/oidc/client-wish.ts'
import { clientEn } from './client-en.ts'
import { clientVi } from './client-vi.ts'
import { wordsFor } from './language.ts'

export type ClientVerb =
  'add' | 'list' | 'show' | 'change' | 'policy' | 'rotate' | 'disable' | 'enable'

/** What the commands about applications say, in one language. */
export interface ClientWords {
  readonly verbs: Readonly<Record<ClientVerb, string>>
  readonly options: {
    readonly id: string
    readonly nameVi: string
    readonly nameEn: string
    readonly agency: string
    readonly redirectUri: string
    readonly postLogoutUri: string
    readonly backchannelLogoutUri: string
    readonly auth: string
    readonly jwks: string
    readonly jwksUri: string
    readonly scope: string
    readonly offline: string
    readonly level: string
    readonly cardKind: string
    readonly forAgency: string
    readonly cardCompulsoryFrom: string
    readonly graceHours: string
    readonly reason: string
    readonly exampleNameVi: string
    readonly exampleReason: string
  }
  readonly fields: Readonly<Record<ClientField, string>>
  readonly faults: Readonly<Record<ClientFaultReason, string>>
  readonly fault: (field: string, fault: string, given: ClientFault['given']) => string
  readonly noClient: (id: string) => string
  readonly fileUnreadable: (path: string) => string
  readonly badDate: string
  readonly emptyReason: string
  readonly nothingAsked: (verb: ClientVerb) => string
  /** Below the help of `change`. */
  readonly changeNotes: string
  readonly difference: (change: { label: string; from: string; to: string }) => string
  readonly unchanged: string
  readonly wouldGetSecret: string
  readonly labels: {
    readonly id: string
    readonly name: string
    readonly agency: string
    readonly state: string
    readonly auth: string
    readonly secret: string
    readonly keys: string
    readonly previousSecret: string
    readonly redirects: string
    readonly postLogout: string
    readonly notices: string
    readonly scope: string
    readonly level: string
    readonly cardKinds: string
    readonly forAgencies: string
    readonly cardCompulsory: string
  }
  readonly headings: readonly string[]
  readonly states: Readonly<Record<ClientState, string>>
  readonly levels: Readonly<Record<AssuranceLevel, string>>
  readonly auths: Readonly<Record<ClientAuthMethod, string>>
  readonly until: (instant: string) => string
  readonly none: string
  readonly everyAgency: string
  readonly noNotices: string
  readonly notCompulsory: string
  readonly empty: string
  readonly registered: (id: string) => string
  readonly secretOnce: string
  readonly changed: string
  readonly rotation: (graceHours: number) => string
  readonly oldUntil: (instant: string) => string
  readonly oldEnds: string
  readonly disabling: (id: string) => string
  readonly enabling: (id: string) => string
  readonly withinSeconds: string
}

export function clientWords(): ClientWords {
  return wordsFor({ vi: clientVi, en: clientEn })
}
