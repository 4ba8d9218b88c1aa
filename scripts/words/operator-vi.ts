import type { Denial } from '../../src/operators/operator-refused.ts'
import type { OperatorRole } from '../../src/operators/operator.ts'
import type { OperatorWords } from './operator-words.ts'

const roles: Readonly<Record<OperatorRole, string>> = {
  administrator: 'quản trị viên',
  'issuing-officer': 'cán bộ cấp thẻ',
  'help-desk': 'bộ phận hỗ trợ',
  auditor: 'kiểm soát viên',
}

const actions: OperatorWords['actions'] = {
  'agency.change': 'thay đổi cơ quan',
  'audit.checkpoint': 'ký nhật ký kiểm soát',
  'authority.change': 'thay đổi tổ chức cấp chứng thư số',
  'batch.approve': 'duyệt lô thẻ',
  'batch.prepare': 'chuẩn bị lô thẻ',
  'card.issue': 'cấp thẻ',
  'card.read-out-puk': 'đọc mã mở khóa (PUK)',
  'card.reinstate': 'mở lại thẻ',
  'card.renew': 'gia hạn thẻ',
  'card.reset': 'đưa thẻ về trắng',
  'card.revoke': 'thu hồi thẻ',
  'card.suspend': 'tạm khóa thẻ',
  'card.unblock': 'mở khóa mã PIN',
  'certificate.change': 'thay đổi chứng thư số',
  'client.change': 'thay đổi ứng dụng',
  'crl.publish': 'công bố danh sách thu hồi',
  'holder.change': 'thay đổi chủ thẻ',
  'holder.export': 'xuất danh sách chủ thẻ',
  'operator.change': 'giao hoặc thu vai trò',
  'pass.issue': 'cấp mã tạm thời',
  'pass.withdraw': 'hủy mã tạm thời',
  'passkey.change': 'thay đổi loại khóa truy cập (passkey) được nhận',
  'passkey.revoke': 'thu hồi khóa truy cập (passkey)',
  'terminal.change': 'thay đổi máy đọc thẻ',
}

const what = ({ action }: Denial): string => (action === null ? 'việc này' : actions[action])
const needed = ({ rolesNeeded }: Denial): string =>
  rolesNeeded.map((role) => roles[role]).join(' hoặc ')

export const operatorVi: OperatorWords = {
  roles,
  actions,
  place: (code) => code ?? 'toàn tỉnh',
  help: {
    operator: 'ai được quản trị việc gì',
    bootstrap: 'chỉ định quản trị viên đầu tiên, cho toàn tỉnh; chỉ làm được một lần',
    bootstrapNotes: `
Người này cần có thẻ công chức để đăng nhập. Từ lúc đó mọi lệnh thay đổi đều đòi người vận hành đã
đăng nhập. Hãy sớm chỉ định quản trị viên thứ hai: không ai thay được thẻ của người duy nhất.

Ví dụ:
  ecard operator bootstrap --holder 000085000101 --apply`,
    recover: 'chỉ định quản trị viên khi không còn ai đăng nhập được',
    recoverNotes: `
Dùng khi thẻ của mọi quản trị viên toàn tỉnh đã mất, hết hạn hoặc tạm khóa. Chỉ chạy được trên máy có
khóa của các tổ chức cấp chứng thư số, và được ghi vào nhật ký kiểm soát, kể cả khi bị từ chối. Thêm
--reader hoặc --terminal thì người này được cấp ngay thẻ công chức: dùng cho chính quản trị viên mất
chiếc thẻ duy nhất.

Ví dụ:
  ecard operator recover --holder 000085000101 --reason "QĐ 12/2026" --apply
  ecard operator recover --holder 000085000101 --lost 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 \\
    --reader ACR1252 --reason "mất thẻ ngày 21/11" --apply`,
    lost: 'thẻ đã mất của một quản trị viên; thẻ này bị thu hồi',
    grant: 'giao cho một người một vai trò ở một cơ quan và các đơn vị bên dưới',
    grantNotes: `
Không ai tự giao vai trò cho mình. Không nêu --agency là giao cho toàn tỉnh.

Ví dụ:
  ecard operator grant --holder 000085000101 --role issuing-officer --agency MH-SNV \\
    --reason "QĐ 12/2026" --apply`,
    revoke: 'thu một vai trò; thu vai trò cuối cùng thì người đó bị đăng xuất',
    revokeNotes: `
Ví dụ:
  ecard operator revoke --holder 000085000101 --role issuing-officer --agency MH-SNV \\
    --reason "chuyển công tác" --apply`,
    list: 'liệt kê ai có vai trò gì ở đâu',
    listNotes: '\nVí dụ:\n  ecard operator list --all',
    login: 'đăng nhập bằng thẻ của chính mình và mã PIN',
    loginNotes: `
Phiên kết thúc sau 15 phút không có lệnh nào, sau 8 giờ, khi "ecard logout", và ngay khi thẻ, chủ thẻ
hoặc vai trò cuối cùng chấm dứt. Phiên được giữ trong ECARD_STATE_DIR, mặc định ~/.local/state/ecard,
chỉ mình bạn đọc được. Với --terminal thì mã PIN nhập tại máy đọc thẻ đó; máy nào cũng được, và lời
nhắc trên máy nói rõ người vận hành đăng nhập.

Ví dụ:
  ecard login --reader ACR1252
  ecard login --terminal "Quầy số 1"`,
    logout: 'đăng xuất trên máy này',
    logoutNotes: '\nVí dụ:\n  ecard logout',
    whoami: 'cho biết ai đang đăng nhập, với vai trò nào, đến khi nào',
    whoamiNotes: '\nVí dụ:\n  ecard whoami --json',
    holder: 'mã định danh trong sổ hoặc số định danh cá nhân',
    role: 'vai trò',
    agency: 'mã cơ quan; không nêu là toàn tỉnh',
    reason: 'lý do; được giữ cùng vai trò và trong nhật ký kiểm soát',
    all: 'kể cả những vai trò đã kết thúc',
    json: 'dạng JSON',
    apply: 'thực hiện; không có thì chỉ nói sẽ thay đổi gì',
  },
  noOperatorYet:
    'Chưa có người vận hành nào được chỉ định nên ai vào được sổ đăng ký này đều thay đổi được: chỉ để dùng thử. Xem: ecard operator bootstrap --help',
  bootstrapDone:
    'Quản trị viên đầu tiên đã được chỉ định. Quản trị viên giao vai trò bằng: ecard operator grant --help',
  signInRequired: 'Chưa có ai đăng nhập trên máy này. Đăng nhập bằng thẻ: ecard login --reader TÊN',
  denials: {
    'no-role': () =>
      'Bạn chưa có vai trò nào. Quản trị viên có thể giao cho bạn: ecard operator grant --help',
    role: (denial) => `Bạn không được làm việc này: ${what(denial)} cần vai trò ${needed(denial)}.`,
    scope: (denial) =>
      `Việc này nằm ngoài các cơ quan thuộc vai trò của bạn. Để ${what(denial)}, hãy nhờ người là ${needed(denial)} ở đó hoặc của toàn tỉnh.`,
    oneself: (denial) =>
      `Không ai tự làm việc này cho mình: ${what(denial)}. Hãy nhờ người vận hành khác.`,
  },
  grantRefusals: {
    'administrator-left':
      'Còn quản trị viên toàn tỉnh có thẻ dùng được, người đó làm được việc này. Nếu thẻ đã mất, hãy nêu rõ: --lost THẺ. Xem: ecard operator list, ecard card list',
    'before-bootstrap':
      'Chưa có người vận hành nào. Hãy chỉ định quản trị viên đầu tiên: ecard operator bootstrap --help',
    'granted-already': 'Người này đã có vai trò đó ở đó.',
    'holder-inactive': 'Chủ thẻ đã nghỉ. Hãy đưa trở lại trước: ecard holder reactivate',
    'holder-without-card':
      'Người này chưa có thẻ công chức để đăng nhập. Hãy cấp trước: ecard card issue --kind civil-servant',
    'keystore-not-ours':
      'Kho khóa ở đây không có khóa nào của tổ chức cấp chứng thư số trong sổ đăng ký này. Hãy chạy trên máy có các khóa đó.',
    'last-administrator':
      'Đây là quản trị viên cuối cùng của toàn tỉnh. Hãy chỉ định người khác trước.',
    'not-a-person': 'Tổ chức không thể là người vận hành. Hãy nêu một cá nhân.',
    'not-an-administrators-card':
      'Đây không phải thẻ đang dùng được của một quản trị viên toàn tỉnh.',
    'not-granted': 'Người này không có vai trò đó ở đó. Xem: ecard operator list',
    'to-oneself': 'Không ai tự giao vai trò cho mình. Hãy nhờ quản trị viên khác.',
  },
  cardRefusals: {
    'card-kind-not-admitted': 'Người vận hành đăng nhập bằng thẻ điện tử công chức.',
    'challenge-used': 'Lần đăng nhập này đã được dùng. Hãy chạy lại lệnh.',
    'challenge-unknown': 'Lần đăng nhập này không còn hiệu lực. Hãy chạy lại lệnh.',
    'challenge-expired': 'Đã quá thời gian. Hãy chạy lại lệnh.',
  },
  wouldBootstrap: (name) => `${name} sẽ là quản trị viên đầu tiên, của toàn tỉnh.`,
  bootstrapped: (name) => `${name} là quản trị viên đầu tiên. Đăng nhập: ecard login --reader TÊN`,
  wouldRecover: (name) => `${name} sẽ là quản trị viên, của toàn tỉnh.`,
  wouldEndLost: (uuid) => `Thẻ ${uuid} sẽ bị thu hồi vì bị mất, cùng chứng thư số trên thẻ.`,
  wouldIssue: (desk) => `Người này sẽ được cấp thẻ công chức tại ${desk}.`,
  recovered: (name) =>
    `${name} là quản trị viên, của toàn tỉnh. Đăng nhập: ecard login --reader TÊN`,
  issueAgain: 'Thẻ chưa được cấp. Hãy chạy lại lệnh này, bỏ --lost.',
  wouldGrant: ({ name, role, place }) => `${name} sẽ là ${role} (${place}).`,
  granted: ({ name, role, place }) => `${name} là ${role} (${place}).`,
  wouldRevoke: ({ name, role, place }) => `${name} sẽ thôi là ${role} (${place}).`,
  revoked: ({ name, role, place }) => `${name} thôi là ${role} (${place}).`,
  headings: ['Chủ thẻ', 'Vai trò', 'Nơi', 'Từ', 'Người giao', 'Lý do'],
  endedAt: (date) => `đến ${date}`,
  nobody: 'Chưa có người vận hành nào. Xem: ecard operator bootstrap --help',
  noSuchAgency: (code) => `Không có cơ quan ${code}. Xem: ecard agency list`,
  signedIn: (name, held) => `Đã đăng nhập: ${name} (${held}).`,
  sessionEnds: (time) => `Hết hạn lúc ${time} nếu không dùng đến.`,
  signedOut: 'Đã đăng xuất.',
  notSignedIn: 'Không có ai đang đăng nhập.',
  card: (uuid) => `Thẻ ${uuid}`,
  folderUnusable: (path) =>
    `Không dùng được thư mục ${path}. Hãy cho quyền ghi, hoặc nêu thư mục khác: ECARD_STATE_DIR`,
  fileReadable: (path) => `Người khác đọc được ${path}. Hãy chạy: chmod 600 '${path}'`,
  dryRun: 'Chưa có gì thay đổi. Thêm --apply để thực hiện.',
}
