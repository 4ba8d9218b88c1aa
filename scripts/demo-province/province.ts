import type { AgencyKind } from '../../src/holders/agency.ts'
import type { CardKind } from '../../src/holders/card-kind.ts'
import type { Text } from './texts.ts'

/**
 * Tỉnh Minh Họa, a province that does not exist. Every name, number and address below is
 * invented: national numbers start with 000, tax codes with 00, mail ends in `.example`.
 */

interface DemoAgency {
  readonly id: string
  readonly code: string
  readonly name: Text
  readonly kind: AgencyKind
  readonly parent: string | null
}

export const agencies = [
  agency('01', 'MH', 'Tỉnh Minh Họa', 'Minh Họa province', 'province', null),
  agency(
    '02',
    'MH-VP',
    'Văn phòng Ủy ban nhân dân tỉnh Minh Họa',
    'Office of the People’s Committee of Minh Họa',
    'office',
    'MH',
  ),
  agency('03', 'MH-SNV', 'Sở Nội vụ', 'Department of Home Affairs', 'department', 'MH'),
  agency('04', 'MH-STC', 'Sở Tài chính', 'Department of Finance', 'department', 'MH'),
  agency('05', 'MH-SXD', 'Sở Xây dựng', 'Department of Construction', 'department', 'MH'),
  agency(
    '06',
    'MH-KHCN',
    'Sở Khoa học và Công nghệ',
    'Department of Science and Technology',
    'department',
    'MH',
  ),
  agency(
    '07',
    'MH-HCC',
    'Trung tâm Phục vụ hành chính công tỉnh',
    'Public administration service centre',
    'office',
    'MH-VP',
  ),
  agency('08', 'MH-P-VD', 'Phường Ví Dụ', 'Ví Dụ ward', 'commune', 'MH'),
  agency('09', 'MH-P-MT', 'Phường Minh Tâm', 'Minh Tâm ward', 'commune', 'MH'),
  agency('10', 'MH-X-MS', 'Xã Mẫu Sơn', 'Mẫu Sơn commune', 'commune', 'MH'),
  agency('11', 'MH-X-HT', 'Xã Họa Thành', 'Họa Thành commune', 'commune', 'MH'),
  agency('12', 'MH-X-TD', 'Xã Thí Điểm', 'Thí Điểm commune', 'commune', 'MH'),
] as const

export type AgencyCode = (typeof agencies)[number]['code']

export const people = {
  nguyenVanMau: {
    id: '00000000-0000-4000-8000-000000000101',
    displayName: 'Nguyễn Văn Mẫu',
    email: 'nguyenvanmau@minhhoa.example',
    nationalNumber: '000085000101',
  },
  tranThiViDu: {
    id: '00000000-0000-4000-8000-000000000102',
    displayName: 'Trần Thị Ví Dụ',
    email: 'tranthividu@thu.example',
    nationalNumber: '000190000102',
  },
  leMinhHoa: {
    id: '00000000-0000-4000-8000-000000000103',
    displayName: 'Lê Minh Họa',
    email: 'leminhhoa@congtyvidu.example',
    nationalNumber: '000078000103',
  },
} as const

export const company = {
  id: '00000000-0000-4000-8000-000000000201',
  displayName: 'Công ty TNHH Ví Dụ',
  email: 'lienhe@congtyvidu.example',
  taxCode: '0000000201',
} as const

/** Who acts for whom. */
export const affiliations = [
  {
    id: '00000000-0000-4000-8000-000000000301',
    personId: people.nguyenVanMau.id,
    agencyCode: 'MH-VP',
    organisationId: null,
    position: 'Chuyên viên',
  },
  {
    id: '00000000-0000-4000-8000-000000000302',
    personId: people.leMinhHoa.id,
    agencyCode: null,
    organisationId: company.id,
    position: 'Giám đốc',
  },
] as const

export type DemoCardId = 'nguyen-van-mau' | 'tran-thi-vi-du' | 'cong-ty-vi-du'

/** A card of the demo and what its face shows. */
export interface DemoCard {
  readonly id: DemoCardId
  readonly kind: CardKind
  readonly holderId: string
  readonly holderName: string
  /** What stands below the name. */
  readonly line: Text
  /** Printed on the card's face: these cards are for trying. A real PIN is known to its holder alone. */
  readonly pin: string
}

export const demoCards: readonly DemoCard[] = [
  {
    id: 'nguyen-van-mau',
    kind: 'civil-servant',
    holderId: people.nguyenVanMau.id,
    holderName: people.nguyenVanMau.displayName,
    line: { vi: 'Văn phòng UBND tỉnh', en: 'Office of the People’s Committee' },
    pin: '246810',
  },
  {
    id: 'tran-thi-vi-du',
    kind: 'citizen',
    holderId: people.tranThiViDu.id,
    holderName: people.tranThiViDu.displayName,
    line: { vi: 'Phường Ví Dụ', en: 'Ví Dụ ward' },
    pin: '135790',
  },
  {
    id: 'cong-ty-vi-du',
    kind: 'enterprise',
    holderId: company.id,
    holderName: company.displayName,
    line: { vi: 'Đại diện: Lê Minh Họa', en: 'Represented by Lê Minh Họa' },
    pin: '975310',
  },
]

export const kindNames: Readonly<Record<CardKind, Text>> = {
  'civil-servant': { vi: 'Thẻ điện tử công chức', en: 'Civil-servant e-card' },
  citizen: { vi: 'Thẻ điện tử công dân', en: 'Citizen e-card' },
  enterprise: { vi: 'Thẻ điện tử doanh nghiệp', en: 'Enterprise e-card' },
}

/** The one machine of the demo. */
export const demoTerminal = {
  name: 'Máy đọc thẻ trình diễn',
  mode: 'managed',
  agencyCode: 'MH-HCC',
} as const

export function agencyName(code: AgencyCode): Text {
  const found = agencies.find((candidate) => candidate.code === code)
  if (found === undefined) throw new Error(`no agency ${code} in the demo`)
  return found.name
}

function agency<Code extends string>(
  number: string,
  code: Code,
  vi: string,
  en: string,
  kind: AgencyKind,
  parent: string | null,
): DemoAgency & { readonly code: Code } {
  return { id: `00000000-0000-4000-8000-0000000000${number}`, code, name: { vi, en }, kind, parent }
}
