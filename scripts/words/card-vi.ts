import type { CardWords } from './card-words.ts'

export const cardVi: CardWords = {
  states: {
    requested: 'đang làm',
    issued: 'đã cấp, khóa đến khi chạm thẻ và nhập PIN lần đầu',
    active: 'đang dùng',
    suspended: 'tạm khóa',
    revoked: 'đã thu hồi',
    expired: 'hết hạn',
    replaced: 'đã thay',
  },
  faults: {
    'another-card': ({ cardUuid, expected }) =>
      `Đây là thẻ ${String(cardUuid)}. Việc mở khóa được cho phép với thẻ ${String(expected)}.`,
    'attestation-missing': () =>
      'Chip không chứng thực khóa do nó tạo ra. Dùng thẻ có chip chứng thực, hoặc sửa "attestation" trong hồ sơ thẻ.',
    'attestation-refused': ({ fault }) =>
      `Chứng thực của chip về khóa không đúng (${String(fault)}). Không dùng thẻ này, giữ lại cho nhà cung cấp.`,
    'card-blank': () => 'Thẻ trắng. Hãy cấp thẻ trước: ecard card issue.',
    'card-defect': () => 'Thẻ báo hỏng. Thử lại một lần, nếu vẫn vậy hãy lấy thẻ khác.',
    'card-ended': () => 'Thẻ đã chấm dứt. Chạy lại lệnh để cấp mới, hoặc lấy thẻ khác.',
    'card-full': () => 'Thẻ hết chỗ trống. Đưa thẻ về trắng hoặc lấy thẻ khác.',
    'card-in-use': ({ cardUuid, state }) =>
      `Đây là thẻ ${String(cardUuid)}, đã ở trạng thái ${String(state)}. Thu hồi hoặc đưa thẻ về trắng trước, hoặc lấy thẻ trắng.`,
    'card-removed': () =>
      'Thẻ rời khỏi đầu đọc. Đặt lại thẻ và chạy đúng lệnh này: việc cấp thẻ sẽ tiếp tục từ chỗ dừng.',
    'card-suspended': () =>
      'Thẻ đang tạm khóa. Hãy mở lại trước, hoặc để nguyên: ecard card reinstate.',
    'card-temporary': () => 'Đây là thẻ tạm. Nêu rõ dùng đến khi nào: --until <ngày, 8h hoặc 3d>.',
    'card-unfinished': ({ cardUuid }) =>
      `Thẻ ${String(cardUuid)} đang làm dở. Làm tiếp bằng chính lệnh đã bắt đầu: ecard card issuances liệt kê.`,
    'does-not-verify': () =>
      'Dữ liệu vừa ghi không kiểm tra được. Chạy lại lệnh: phần đó của thẻ sẽ được làm lại.',
    'holder-inactive': () => 'Người giữ thẻ không còn hoạt động. Hãy kích hoạt lại trước.',
    'holder-of-another-kind': ({ kind }) =>
      `Không thể cấp thẻ ${String(kind)} cho người này: doanh nghiệp dùng thẻ doanh nghiệp, cá nhân dùng các loại kia.`,
    'no-card': () => 'Không có thẻ trong đầu đọc. Đặt thẻ vào rồi thử lại.',
    'no-such-reader': ({ reader }) =>
      `Không có đầu đọc ${String(reader)}. Kiểm tra dây và tên: ecard doctor liệt kê các đầu đọc.`,
    'not-a-piv-card': () => 'Đây không phải thẻ PIV. Hãy lấy thẻ PIV trắng.',
    'not-authorised': () =>
      'Chưa ai cho phép mở khóa thẻ này tại máy này, hoặc đã hết thời hạn. Hãy cho phép lại.',
    'not-due': ({ due }) =>
      `Chứng thư còn hạn đến ${String(due).slice(0, 10)}. Gia hạn sau, hoặc thêm --early.`,
    'not-over-this-interface': () =>
      'Thẻ không cho làm việc này qua sóng. Dùng đầu đọc có tiếp xúc.',
    'not-supported': () => 'Thẻ không có chức năng cần để cấp. Hãy lấy loại thẻ khác.',
    'pin-blocked': () => 'Mã PIN đã bị khóa. Mở khóa tại bàn cấp thẻ.',
    'pin-cancelled': () => 'Chưa nhập mã PIN. Chạy lại đúng lệnh này để tiếp tục.',
    'pin-too-simple': () => 'Mã PIN gồm 6 đến 8 chữ số và không dễ đoán.',
    'puk-blocked': () =>
      'Mã PUK đã bị khóa nên không mở khóa thẻ được. Hãy thay thẻ: ecard card replace. Thẻ làm dở sẽ được xóa khi chạy lại lệnh.',
    'reader-gone': () => 'Mất đầu đọc. Kiểm tra dây rồi chạy lại đúng lệnh này.',
    'selection-lost': () =>
      'Chương trình khác vừa dùng thẻ. Đóng chương trình đó rồi chạy lại đúng lệnh này.',
    'someone-elses-card': () =>
      'Thẻ này không do nơi đây cấp và không trắng. Thẻ được giữ nguyên; hãy lấy thẻ khác.',
    'storage-card': () =>
      'Thẻ này chỉ lưu dữ liệu (MIFARE hoặc tương tự), không chứa khóa được. Hãy lấy thẻ PIV.',
    'two-cards': () => 'Có nhiều thẻ trên đầu đọc. Chỉ để lại một thẻ, hoặc nêu tên đầu đọc.',
    'unexpected-answer': () => 'Thẻ trả lời không hợp lệ. Hãy thử lại.',
    'unknown-card': ({ cardUuid }) =>
      `Sổ đăng ký không có thẻ ${String(cardUuid)}. Thẻ được giữ nguyên; hãy lấy thẻ của nơi đây.`,
    'wrong-management-key': () =>
      'Thẻ có khóa quản lý không phải của nơi đây. Thẻ được giữ nguyên; hãy lấy thẻ khác.',
    'wrong-pin': () => 'Mã PIN chưa đúng.',
    'wrong-puk': () =>
      'Thẻ có mã PUK khác mã của nơi đây. Đừng thử lại kẻo bị khóa: hãy thay thẻ hoặc đưa thẻ về trắng.',
  },
  wipes: {
    'card-ended': 'thẻ đã chấm dứt',
    'half-made-and-given-up': 'thẻ làm dở và đã hủy',
    'half-made-for-another': 'thẻ làm dở cho người khác',
    'puk-blocked': 'mã PUK đã bị khóa',
    'unknown-to-registry': 'thẻ của nơi đây nhưng sổ đăng ký không còn',
  },
  slots: {
    same: 'đúng như đăng ký',
    other: 'KHÔNG phải chứng thư đã đăng ký',
    missing: 'THIẾU trên thẻ',
    empty: 'trống',
  },
  onCard: {
    blank: 'Thẻ trắng.',
    named: (uuid) => `Thẻ         ${uuid}`,
    unknown: 'Sổ đăng ký  không có thẻ này',
    chip: (serial) => `Chip        ${serial}`,
    tries: (left) => `PIN         còn ${left} lần thử`,
    attempt: (step) => `Cấp thẻ     chưa xong, dừng ở ${step}`,
    agrees: 'Thẻ đúng như sổ đăng ký.',
    differs: 'Thẻ KHÔNG đúng như sổ đăng ký.',
  },
  holder: (name) => `Người giữ   ${name}`,
  state: (state) => `Trạng thái  ${state}`,
  wouldIssue: ({ name, profile, slots }) =>
    `Thẻ trắng sẽ thành thẻ của ${name} (${profile}; khóa ở ${slots}).`,
  wouldResume: (step) => `Thẻ đang làm dở cho người này (${step}): sẽ làm tiếp cho xong.`,
  wouldWipe: (why) => `Thẻ sẽ được xóa trước, vì ${why}, rồi cấp.`,
  resumed: 'Lần cấp bị ngắt trước đó đã được làm tiếp và hoàn tất.',
  wiped: (why) => `Thẻ đã được xóa trước, vì ${why}.`,
  issued: (uuid) => `Đã cấp thẻ ${uuid}.`,
  locked: 'Thẻ khóa đến khi người giữ chạm thẻ và nhập PIN lần đầu.',
  active: 'Thẻ dùng được ngay.',
  slip: (path) => `Mã PIN ở ${path}. Niêm phong rồi xóa tệp.`,
  wouldReset: (uuid) => `Thẻ ${uuid} sẽ bị thu hồi và đưa về trắng.`,
  reset: (uuid) => `Thẻ ${uuid} đã thu hồi và về trắng.`,
  blankAlready: 'Thẻ đã trắng sẵn.',
  activated: (uuid) => `Thẻ ${uuid} đang dùng.`,
  dryRun: 'Chưa thay đổi gì. Thêm --apply để thực hiện.',
  slipNeedsFile: '--pin slip cần --pin-slip <tệp>.',
}
