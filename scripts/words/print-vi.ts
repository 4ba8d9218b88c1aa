import type { PrintWords } from './print-words.ts'

export const printVi: PrintWords = {
  kinds: {
    'civil-servant': 'Thẻ điện tử công chức',
    citizen: 'Thẻ điện tử công dân',
    enterprise: 'Thẻ điện tử doanh nghiệp',
  },
  slip: {
    title: 'Phiếu mã PIN',
    holder: 'Chủ thẻ',
    card: 'Loại thẻ',
    pin: 'Mã PIN',
    rules: [
      'Hãy nhớ mã PIN, rồi hủy phiếu này. Không giữ phiếu cùng với thẻ.',
      'Lần đầu dùng: đặt thẻ lên đầu đọc và nhập mã PIN. Thẻ được kích hoạt từ lúc đó.',
      'Đổi mã PIN bất cứ lúc nào tại bộ phận cấp thẻ.',
      'Nhập sai nhiều lần, thẻ sẽ bị khóa. Bộ phận cấp thẻ sẽ mở khóa cho bạn.',
      'Phiếu bị mở hoặc rách khi nhận: không dùng thẻ, báo ngay cho bộ phận cấp thẻ.',
    ],
    secret: 'Không ai được hỏi mã PIN của bạn, kể cả cán bộ cấp thẻ.',
  },
  face: {
    title: 'Mặt thẻ điện tử',
    labels: {
      operator: '',
      kind: '',
      kindEnglish: '',
      name: '',
      office: '',
      position: '',
      taxCode: 'Mã số thuế:',
      number: 'Số thẻ:',
      validUntil: 'Giá trị đến:',
      back: '',
      found: '',
    },
    back: 'Thẻ là tài sản của cơ quan cấp thẻ, không được chuyển cho người khác. Mất thẻ phải báo ngay để khóa thẻ.',
    found: 'Nhặt được thẻ, xin gửi về cơ quan cấp thẻ.',
  },
  photoFaults: {
    'photo-too-large': (path) => `Ảnh ${path} lớn hơn 5 MB. Hãy dùng ảnh nhỏ hơn.`,
    'photo-missing': (path) => `Không có ảnh ${path}. Hãy kiểm tra tên tệp.`,
    'photo-not-an-image': (path) => `${path} không phải ảnh JPEG hoặc PNG. Hãy lưu lại ảnh.`,
  },
  damagedPhoto: 'Ảnh bị hỏng. Hãy lưu lại ảnh dưới dạng JPEG hoặc PNG.',
  photoChanged: (path) =>
    `Ảnh ${path} khác với ảnh đã được ký trong lô. Hãy dùng đúng ảnh đã ký, hoặc lập lô mới.`,
  description: 'in mặt thẻ',
  faceDescription: 'ghi mặt thẻ ra tệp PDF cỡ CR80, mỗi mặt một trang',
  cardOption: 'số thẻ',
  photoOption: 'ảnh chân dung, JPEG hoặc PNG, đến 5 MB',
  outOption: 'tệp PDF mới',
  faceHelp: `
Ví dụ:
  ecard print face --card 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --photo mau.jpg --out mat-the.pdf`,
  noCard: (uuid) => `Không có thẻ ${uuid}. Hãy kiểm tra số thẻ.`,
  printed: (pages, path) => `Đã ghi ${pages} thẻ vào ${path}.`,
  exists: (path) => `Tệp ${path} đã có và được giữ nguyên. Hãy chọn tên khác.`,
}
