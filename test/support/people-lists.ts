/** Invented people for lists of any length: numbers begin with 000, mail ends in `.example`. */

const families = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng']
const middles = ['Văn', 'Thị', 'Minh', 'Ngọc', 'Đức']
const given = ['Mẫu', 'Ví Dụ', 'Họa', 'Thí Điểm', 'Minh Tâm']

export const holderHeader = ['Họ và tên', 'Số CCCD', 'Thư điện tử', 'Mã đơn vị', 'Chức vụ']

/** @param number - from 1; each has its own person */
export function inventedPerson(number: number, agency: string): string[] {
  const pick = (list: readonly string[], step: number): string =>
    list[Math.floor(number / step) % list.length] ?? ''
  const name = [pick(families, 1), pick(middles, 5), pick(given, 25)].join(' ')
  const nationalNumber = `0001${String(number).padStart(8, '0')}`
  return [name, nationalNumber, `nguoi${number}@minhhoa.example`, agency, 'Chuyên viên']
}

export function inventedList(count: number, agency: string): string[][] {
  return [
    holderHeader,
    ...Array.from({ length: count }, (_, index) => inventedPerson(index + 1, agency)),
  ]
}

export function toCsv(rows: readonly (readonly string[])[], delimiter = ','): string {
  return rows.map((row) => row.map(quoted).join(delimiter)).join('\r\n')
}

function quoted(text: string): string {
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
