import type { CrlWords } from './crl-words.ts'

export const crlEn: CrlWords = {
  list: 'list the revocation lists in force',
  publish: 'publish revocation lists now; the service does so by itself when it is time',
  export: 'write the list in force to a file, to be carried to another machine',
  install: 'publish a list that was signed where the authority’s key is',
  options: {
    authority: 'only this authority’s',
    slug: 'whose list: see ecard ca list',
    outFile: 'a new file',
    inFile: 'the list, DER or PEM',
    part: 'which part',
    pem: 'as PEM instead of DER',
  },
  headings: ['authority', 'part', 'state', 'number', 'entries', 'made', 'next'],
  states: { current: 'current', ending: 'ending', ended: 'ended', missing: 'missing' },
  number: (part, number) => `${part}: number ${number.toString()}`,
  made: (part, { number, entries, until }) =>
    `${part}: number ${number.toString()}, ${entries} entries, until ${until}`,
  somebodyElse: (part) => `${part}: somebody else publishes it right now`,
  written: (part, number, path) => `${part}: number ${number.toString()}, written to ${path}`,
  installed: 'Installed.',
  noAuthority: (slug) => `There is no authority ${slug}.`,
  notPublishing: (slug) =>
    `${slug} publishes no lists here: its key is elsewhere, it is revoked, or it ended.`,
  noList: (part) => `There is no list ${part}.`,
  partIsNumber: 'A part is a whole number from 0 on.',
  severalLists: (path) => `${path} has more than one list`,
  publishing: 'Lists',
}
