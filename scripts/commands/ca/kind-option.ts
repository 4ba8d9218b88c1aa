import { Option } from 'commander'
import { authorityKinds, type AuthorityKind } from '../../../src/pki/authority.ts'
import { authorityWords } from './words.ts'

export const issuingKinds = authorityKinds.filter((kind) => kind !== 'root')

export function kindOption(kinds: readonly AuthorityKind[]): Option {
  return new Option('--kind <kind>', authorityWords().options.kind)
    .choices(kinds)
    .makeOptionMandatory()
}
