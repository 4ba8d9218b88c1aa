import type { CardCareWords } from './card-care-words.ts'

export const cardCareVi: CardCareWords = {
  summaries: {
    abandon: 'bỏ một thẻ làm dở vì đã mất chip',
    activate: 'mở thẻ đã cấp: người giữ nhập mã PIN tại đây',
    'change-pin': 'để người giữ thẻ trong đầu đọc chọn mã PIN khác',
    issuances: 'liệt kê thẻ cấp dở hoặc gia hạn dở và việc cần làm',
    issue: 'làm thẻ trong đầu đọc thành thẻ của một người giữ',
    list: 'liệt kê thẻ',
    read: 'cho xem thẻ trong đầu đọc có gì và có đúng như sổ đăng ký không',
    'read-out-puk': 'cho xem mã PUK của thẻ một lần, khi người giữ không có máy đọc thẻ',
    renew: 'gia hạn chứng thư số trên thẻ trong đầu đọc trước khi hết hạn',
    replace: 'chấm dứt một thẻ và cấp thẻ khác thay vào',
    reset: 'thu hồi thẻ trong đầu đọc và đưa thẻ về trắng',
    unblock: 'để người giữ thẻ bị khóa chọn mã PIN mới, tại đây hoặc tại máy của họ',
    whose: 'cho biết thẻ trong đầu đọc của ai: thẻ nhặt được',
  },
  notes: {
    issue:
      'Nếu bị ngắt ở bất cứ đâu, chạy lại đúng lệnh này với đúng thẻ đó: sẽ làm tiếp, hoặc xóa thẻ và báo.',
    'read-out-puk': `Mã PUK chỉ in ra đầu ra chuẩn, không ghi ở đâu khác. Thẻ được đánh dấu đến khi mã PUK được thay
tại bàn cấp thẻ: bằng “ecard card unblock” hoặc “ecard card renew”.`,
    renew: `Người giữ nhập mã PIN. 9A, 9C và 9E có khóa mới; 9D giữ khóa cũ để vẫn đọc được những gì đã mã hóa cho
người giữ. Nếu bị ngắt ở bất cứ đâu, chạy lại đúng lệnh này với đúng thẻ đó để làm tiếp.
Thẻ đã hết hạn thì không gia hạn được: hãy thay thẻ.`,
    replace: `Thẻ cũ và chứng thư số của thẻ bị thu hồi ngay, trước khi làm thẻ mới: cho thẻ mất, thẻ bị lấy cắp.
Thẻ hỏng (--cause damaged) còn dùng được đến khi thẻ mới làm xong, trừ khi có --revoke-old.
Nếu bị ngắt, chạy lại đúng lệnh này để làm tiếp.`,
    unblock: `Với --reader, người giữ có mặt tại đây. Với --terminal và số thẻ, người giữ ở máy đó: lệnh này cho phép
mở khóa thẻ đó một lần tại đó, trong 15 phút, và chờ. Mã PUK đến máy đọc thẻ trong phong bì niêm phong,
dùng một lần và được thay ngay.`,
  },
  reasons: {
    returned: 'người giữ trả lại',
    forgotten: 'quên mã PIN, đã xác nhận qua điện thoại',
    lost: 'chip đã bị vứt bỏ',
  },
  options: {
    active: 'dùng được ngay, không chờ lần chạm thẻ và nhập mã PIN đầu tiên',
    after: 'trang sau thẻ này',
    agency: 'chỉ thẻ của người thuộc cơ quan này và các cơ quan dưới',
    cardUuid: 'số thẻ',
    cause: 'điều đã xảy ra với thẻ cũ',
    csv: 'in tất cả dạng CSV ra đầu ra chuẩn',
    early: 'cả khi còn hơn 60 ngày mới hết hạn',
    endingBefore: 'chỉ thẻ đang dùng hết hạn trước ngày này',
    holder: 'số định danh, mã số thuế hoặc id',
    keepOld: 'thẻ cũ còn dùng được đến khi thẻ mới làm xong',
    kind: 'loại thẻ',
    limit: 'nhiều nhất bấy nhiêu',
    listHolder: 'chỉ thẻ của người giữ này: số định danh, mã số thuế hoặc id',
    oldUuid: 'số của thẻ được thay',
    onlyCard: 'với --terminal: số của thẻ cần mở khóa',
    out: 'ghi tất cả vào một tệp CSV hoặc .xlsx mới',
    pin: 'người giữ chọn, hoặc mã ngẫu nhiên trong phiếu niêm phong',
    pinSlip: 'nơi ghi phiếu mã PIN, một lần',
    reason: 'lý do; lưu cùng thẻ và trong nhật ký kiểm soát',
    replaces: 'thẻ mà thẻ này thay',
    revokeOld: 'thu hồi thẻ cũ ngay',
    state: 'chỉ thẻ ở trạng thái này',
    until: 'thẻ tạm, tự hết hạn vào lúc đó: 2026-12-31, 8h hoặc 3d',
  },
  defaultReasons: {
    issue: 'thẻ đầu tiên',
    renew: 'sắp hết hạn',
    replace: {
      lost: 'mất thẻ',
      stolen: 'bị lấy cắp',
      misused: 'dùng sai',
      left: 'rời cơ quan',
      damaged: 'thẻ hỏng',
      returned: 'trả lại',
      other: 'thay thẻ',
    },
  },
  badUntil: (given) =>
    `--until ${given}: hãy ghi ngày (2026-12-31), số giờ (8h) hoặc số ngày (3d).`,
  untilIsOver: (given) => `--until ${given} đã qua rồi.`,
  notADate: (given) => `${given} không phải là ngày. Hãy ghi 2026-12-31.`,
  noReason: 'Chưa có lý do. Hãy ghi lý do.',
  date: (date) =>
    date.toLocaleString('vi-VN', {
      ...{ day: '2-digit', month: '2-digit', year: 'numeric' },
      ...{ hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Ho_Chi_Minh' },
    }),
  list: {
    headings: ['Thẻ', 'Loại', 'Trạng thái', 'Hết hạn', 'Người giữ', 'Ghi chú'],
    temporary: 'thẻ tạm',
    pukReadOut: 'mã PUK đã đọc ra',
    nothing: 'Không có thẻ nào như vậy.',
    more: (after) => `Còn nữa. Thêm --after ${after}`,
    written: (count, path) => `Đã ghi ${String(count)} thẻ vào ${path}.`,
  },
  warnings: {
    pukReadOut: (since) =>
      `Mã PUK đã được đọc ra ngày ${since}. Hãy thay: lần “card unblock” hoặc “card renew” tới sẽ thay.`,
    pukOwed: 'Mã PUK đang chờ thay: lần “card unblock” hoặc “card renew” tới sẽ thay.',
    renewal: (step) => `Lần gia hạn bị ngắt ở ${step}. Làm tiếp bằng “ecard card renew”.`,
    temporary: (until) => `Thẻ tạm: tự hết hạn ngày ${until}.`,
    replaces: (uuid) => `Thay cho thẻ ${uuid}.`,
    replacedBy: (uuid) => `Đã được thay bằng thẻ ${uuid}.`,
  },
  advice: {
    requested: 'Thẻ đang làm dở. Hãy làm cho xong, hoặc đưa cho bàn cấp thẻ.',
    issued: 'Thẻ dùng được nhưng chưa mở. Vui lòng trả lại người giữ hoặc bàn cấp thẻ.',
    active: 'Thẻ đang dùng được. Vui lòng trả lại người giữ; cơ quan của họ sẵn lòng giúp.',
    suspended: 'Thẻ đang tạm khóa. Vui lòng đưa cho bàn cấp thẻ để báo người giữ.',
    revoked: 'Thẻ đã thu hồi, không còn dùng được. Vui lòng đưa cho bàn cấp thẻ.',
    expired: 'Thẻ đã hết hạn, không còn dùng được. Vui lòng đưa cho bàn cấp thẻ.',
    replaced: 'Thẻ đã được thay, không còn dùng được. Vui lòng đưa cho bàn cấp thẻ.',
    unknown: 'Đây không phải thẻ của nơi đây. Vui lòng đưa đến nơi nhận đồ thất lạc.',
    blank: 'Thẻ này chưa của ai: thẻ trắng.',
  },
  offices: (path) => `Cơ quan     ${path}`,
  replace: {
    already: (uuid, by) =>
      `Thẻ ${uuid} đã được thay bằng thẻ ${by}. Hãy thu hồi thẻ đó trước, hoặc thay thẻ đó.`,
    wouldRevoke: (uuid) => `Thẻ ${uuid} sẽ bị thu hồi ngay, cùng các chứng thư số.`,
    wouldKeep: (uuid) => `Thẻ ${uuid} còn dùng được đến khi thẻ mới làm xong.`,
    wouldStand: (uuid) => `Thẻ mới sẽ thay cho thẻ ${uuid}.`,
    revoked: (uuid) => `Thẻ ${uuid} đã thu hồi.`,
    ended: (uuid) => `Thẻ ${uuid} đã chấm dứt.`,
  },
  renew: {
    would: ({ uuid, name, until, slots }) =>
      `Thẻ ${uuid} của ${name} sẽ được gia hạn đến ${until} (${slots}).`,
    wouldResume: (step) => `Lần gia hạn trước bị ngắt (${step}): sẽ làm tiếp từ đó.`,
    done: (uuid, until) => `Thẻ ${uuid} đã được gia hạn đến ${until}.`,
  },
  pin: {
    changed: (uuid) => `Thẻ ${uuid} đã có mã PIN mới.`,
    wouldUnblock: (uuid, name) =>
      `Thẻ ${uuid} của ${name} sẽ có mã PIN do người giữ chọn, và mã PUK khác.`,
    needsCard: '--terminal cần số thẻ: ecard card unblock <card-uuid> --terminal …',
    wouldAuthorise: (uuid, terminal) =>
      `Thẻ ${uuid} sẽ được phép mở khóa một lần tại máy ${terminal}, trong 15 phút.`,
    authorised: (terminal, until) =>
      `Được phép đến ${until}. Người giữ đặt thẻ lên đầu đọc của ${terminal} và chọn mã PIN tại đó.`,
    unblocked: (uuid) => `Thẻ ${uuid} đã mở khóa. Mã PUK đã được thay.`,
  },
  puk: {
    would: (uuid, name) =>
      `Mã PUK của thẻ ${uuid} của ${name} sẽ được cho xem một lần, và thẻ được đánh dấu đến khi thay mã.`,
    told: (uuid) => `Thẻ ${uuid} đã được đánh dấu. Hãy sớm thay mã PUK tại bàn cấp thẻ.`,
    first: 'PUK',
    second: 'Nếu mã đó sai (lần thay bị ngắt; mất một lần thử)',
  },
  issuances: {
    headings: ['Thẻ', 'Việc', 'Cho', 'Bàn', 'Bước', 'Đã'],
    nothing: 'Không có việc nào làm dở.',
    issuing: 'cấp thẻ',
    renewing: 'gia hạn',
    age: (minutes) =>
      minutes < 60
        ? `${String(minutes)} phút`
        : minutes < 2880
          ? `${String(Math.floor(minutes / 60))} giờ`
          : `${String(Math.floor(minutes / 1440))} ngày`,
    toDo: (uuid) =>
      `Chạy lại lệnh đã bắt đầu với đúng thẻ đó để làm tiếp. Nếu mất chip: ecard card abandon ${uuid}`,
    none: (uuid) => `Không có thẻ ${uuid} nào đang làm dở. “ecard card issuances” liệt kê.`,
    wouldAbandon: (uuid, step) =>
      `Việc cấp thẻ ${uuid} (dừng ở ${step}) sẽ được bỏ, và dòng đăng ký bị thu hồi.`,
    abandoned: (uuid) => `Đã bỏ việc cấp thẻ ${uuid}.`,
  },
}
