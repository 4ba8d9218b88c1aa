import type { PrintWords } from './print-words.ts'

export const printEn: PrintWords = {
  kinds: {
    'civil-servant': 'Civil-servant e-card',
    citizen: 'Citizen e-card',
    enterprise: 'Enterprise e-card',
  },
  slip: {
    title: 'PIN slip',
    holder: 'Holder',
    card: 'Card',
    pin: 'PIN',
    rules: [
      'Remember the PIN, then destroy this slip. Never keep it with the card.',
      'First use: place the card on a reader and enter the PIN. That activates the card.',
      'You can change the PIN at the card office at any time.',
      'After several wrong entries the card is blocked. The card office unblocks it for you.',
      'If the slip was open or torn: do not use the card, tell the card office at once.',
    ],
    secret: 'Nobody may ask for your PIN, not even card officers.',
  },
  face: {
    title: 'Card face',
    labels: {
      operator: '',
      kind: '',
      kindEnglish: '',
      name: '',
      office: '',
      position: '',
      taxCode: 'Tax code:',
      number: 'Card number:',
      validUntil: 'Valid until:',
      back: '',
      found: '',
    },
    back: 'This card belongs to the office that issued it and must not be handed on. Report a lost card at once.',
    found: 'If found, please return it to the issuing office.',
  },
  photoFaults: {
    'photo-too-large': (path) => `The photograph ${path} is larger than 5 MB. Take a smaller one.`,
    'photo-missing': (path) => `There is no photograph ${path}. Check the name.`,
    'photo-not-an-image': (path) => `${path} is neither JPEG nor PNG. Save the photograph anew.`,
  },
  damagedPhoto: 'A photograph is damaged. Save it anew as JPEG or PNG.',
  photoChanged: (path) =>
    `The photograph ${path} is not the one that was signed for. Use that one, or prepare a new batch.`,
  description: 'print card faces',
  faceDescription: 'write the face of a card as a PDF of CR80 size, a page a side',
  cardOption: "the card's number",
  photoOption: 'the portrait, JPEG or PNG, up to 5 MB',
  outOption: 'a new PDF file',
  faceHelp: `
Example:
  ecard print face --card 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --photo mau.jpg --out face.pdf`,
  noCard: (uuid) => `There is no card ${uuid}. Check the number.`,
  printed: (pages, path) => `${pages} card(s) written to ${path}.`,
  exists: (path) => `The file ${path} exists already and was left as it is. Name another.`,
}
