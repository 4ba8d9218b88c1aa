import type { PasskeyMetadataWords } from './passkey-metadata-words.ts'

export const passkeyMetadataVi: PasskeyMetadataWords = {
  verb: 'kiểm tra rồi nhập dữ liệu về các mẫu thiết bị (siêu dữ liệu FIDO)',
  options: {
    file: 'tệp có chữ ký của Liên minh FIDO (blob.jwt), hoặc nội dung của tệp ở dạng JSON',
    root: 'chứng thư số gốc của bên ký (PEM hoặc DER); không nêu thì không chứng minh được gì',
    signer: 'tên máy chủ phải có trong chứng thư số của bên ký',
    older: 'vẫn nhập dù tệp đang dùng mới hơn',
  },
  notes: `
Lệnh này không tải gì về: hãy tải tệp ở nơi có mạng, chẳng hạn từ mds3.fidoalliance.org, và tải
chứng thư số gốc từ chính nơi phát hành. Tệp được ghi vào nơi ECARD_PASSKEY_METADATA chỉ đến; dịch vụ
đang chạy đọc tệp ở lần khởi động sau.

Ví dụ:
  ecard passkey metadata blob.jwt --root root-r3.crt
  ecard passkey metadata blob.jwt --root root-r3.crt --apply`,
  knows: ({ no, models, nextUpdate }) =>
    `Siêu dữ liệu số ${no}, gồm ${models} mẫu; bản sau phát hành ngày ${nextUpdate}.`,
  overdue: '! Lẽ ra đã có bản mới hơn. Hãy tải bản đó nếu được.',
  origins: {
    proven: (signer) => `✓ Do ${signer} ký; chứng thư số gốc xác nhận.`,
    unproven: (signer) =>
      `! Chưa chứng minh được nguồn gốc: do ${signer} ký, mà ai cũng tự xưng như vậy được. Hãy thêm --root.`,
    unsigned: () =>
      '! Chưa chứng minh được nguồn gốc: tệp không có chữ ký. Hãy dùng tệp có chữ ký và --root.',
  },
  replaces: (no) => `Bản đang dùng: số ${no}.`,
  headings: ['Mẫu', 'Số khóa', 'AAGUID', 'Mô tả'],
  standings: {
    vouched: '✓ đã biết',
    withdrawn: '✗ không còn an toàn',
    unknown: '! chưa biết',
    unsaid: '- không nêu',
  },
  none: 'Chưa có khóa truy cập nào đang dùng.',
  revokeThose:
    '✗ Khóa truy cập trên mẫu không còn an toàn vẫn dùng được: xem ecard passkey revoke --help.',
  goesTo: (file) => `Ghi vào ${file}.`,
  noPlace:
    'Lệnh này không biết dịch vụ đọc siêu dữ liệu ở đâu. Hãy đặt ECARD_PASSKEY_METADATA là đường dẫn tuyệt đối, cho dịch vụ và ở đây.',
  done: 'Đã ghi. Dịch vụ đang chạy đọc tệp ở lần khởi động sau.',
  tooLarge: (path) => `Tệp ${path} lớn hơn 100 MB: đây không phải tệp dữ liệu thiết bị.`,
  unreadable: (path) => `Không đọc được tệp ${path}.`,
  noCertificate: (path) => `Không có chứng thư số nào trong ${path}.`,
  refusals: {
    'not-metadata': () =>
      'Đây không phải siêu dữ liệu FIDO (phiên bản 3). Hãy tải lại đúng tệp gốc: blob.jwt.',
    'not-signed': () =>
      'Tệp này không có chữ ký nên --root không chứng minh được gì. Hãy dùng blob.jwt.',
    'signature-wrong': () => 'Chữ ký sai: tệp đã bị sửa hoặc hỏng. Hãy tải lại.',
    'root-wrong': ({ signer }) =>
      `Bên ký ${String(signer)} không thuộc chứng thư số gốc đó, hoặc có chứng thư số đã hết hạn. Hãy kiểm tra --root và tải lại tệp.`,
    'signer-wrong': ({ signer }) =>
      `Chứng thư số gốc xác nhận một bên khác: ${String(signer)}. Đừng dùng tệp này.`,
    older: ({ no, replacedNo }) =>
      `Đang dùng bản số ${String(replacedNo)}, còn đây là bản số ${String(no)}: những gì biết thêm từ đó sẽ mất. Nếu vẫn muốn: --older.`,
  },
}
