import type { CrlWords } from './crl-words.ts'

export const crlVi: CrlWords = {
  list: 'liệt kê các danh sách thu hồi đang có hiệu lực',
  publish: 'công bố danh sách thu hồi ngay; đến kỳ thì dịch vụ tự công bố',
  export: 'ghi danh sách đang có hiệu lực vào tệp, để mang sang máy khác',
  install: 'công bố danh sách đã được ký ở nơi giữ khóa của tổ chức cấp chứng thư số',
  options: {
    authority: 'chỉ của tổ chức này',
    slug: 'danh sách của ai: xem ecard ca list',
    outFile: 'một tệp mới',
    inFile: 'danh sách, DER hoặc PEM',
    part: 'phần nào',
    pem: 'ghi PEM thay cho DER',
  },
  headings: ['tổ chức', 'phần', 'tình trạng', 'số', 'mục', 'lập lúc', 'kỳ tới'],
  states: { current: 'còn hiệu lực', ending: 'sắp hết', ended: 'đã hết', missing: 'chưa có' },
  number: (part, number) => `${part}: số ${number.toString()}`,
  made: (part, { number, entries, until }) =>
    `${part}: số ${number.toString()}, ${entries} mục, đến ${until}`,
  somebodyElse: (part) => `${part}: có nơi khác đang công bố`,
  written: (part, number, path) => `${part}: số ${number.toString()}, đã ghi vào ${path}`,
  installed: 'Đã công bố.',
  noAuthority: (slug) => `Không có tổ chức cấp chứng thư số ${slug}.`,
  notPublishing: (slug) =>
    `${slug} không công bố danh sách ở đây: khóa ở nơi khác, đã bị thu hồi hoặc đã hết hạn.`,
  noList: (part) => `Không có danh sách ${part}.`,
  partIsNumber: 'Số của phần là số nguyên từ 0 trở lên.',
  severalLists: (path) => `Tệp ${path} có nhiều hơn một danh sách`,
  publishing: 'Danh sách',
}
