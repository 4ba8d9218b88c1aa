import type { ErrorCode } from '../../src/errors.ts'

/** Faults of the command itself, beside those of the service. */
type CommandErrorCode = 'INTERNAL_ERROR'

/** What an operator reads for a code. */
export interface ErrorSentence {
  readonly vi: string
  /** Null where the message of the error is a sentence by itself: those are in English. */
  readonly en: string | null
}

/**
 * One row a code: what happened and what to do, where the error does not already speak the language
 * of the reader. A code that is missing here does not compile.
 */
export const errorSentences: Readonly<Record<Exclude<ErrorCode, CommandErrorCode>, ErrorSentence>> =
  {
    AUDIT_CHAIN_MOVED: {
      vi: 'Sổ đăng ký đã được chuyển sang một PostgreSQL khác mà nhật ký kiểm soát chưa biết. Hãy chạy: ecard audit checkpoint --moved --apply',
      en: null,
    },
    AUTHORITY_REFUSED: {
      vi: 'Tổ chức cấp chứng thư số này không được nhận. Hãy sửa điều nêu dưới đây.',
      en: null,
    },
    AUTHORITY_UNAVAILABLE: {
      vi: 'Không có tổ chức cấp chứng thư số ký được việc này trên máy này. Xem: ecard ca list',
      en: null,
    },
    BATCH_REFUSED: { vi: 'Lô thẻ này không được nhận.', en: null },
    BOOTSTRAP_DONE: {
      vi: 'Đã có quản trị viên đầu tiên. Quản trị viên thêm người khác bằng: ecard operator grant',
      en: null,
    },
    CARD_FAULT: {
      vi: 'Thẻ trên đầu đọc không làm được việc này. Hãy xem thẻ: ecard card read',
      en: null,
    },
    CARD_REFUSED: {
      vi: 'Thẻ bị từ chối. Hãy kiểm tra thẻ: ecard card show',
      en: 'The card was refused. Look at it: ecard card show',
    },
    CARD_TRANSITION_REFUSED: {
      vi: 'Trạng thái hiện tại của thẻ không cho phép việc này. Xem: ecard card show',
      en: 'The card is in a state that does not allow this. See: ecard card show',
    },
    CERTIFICATE_REQUEST_REFUSED: {
      vi: 'Yêu cầu cấp chứng thư số không được nhận. Hãy sửa điều nêu dưới đây.',
      en: null,
    },
    CERTIFICATE_TRANSITION_REFUSED: {
      vi: 'Trạng thái hiện tại của chứng thư số không cho phép việc này. Xem: ecard certificate show',
      en: 'The certificate is in a state that does not allow this. See: ecard certificate show',
    },
    CERTIFICATE_UNREADABLE: {
      vi: 'Không đọc được chứng thư số. Hãy kiểm tra tệp.',
      en: null,
    },
    CHAIN_REFUSED: {
      vi: 'Chứng thư số này không do tổ chức cấp chứng thư số của tỉnh bảo đảm.',
      en: null,
    },
    CHANNEL_REFUSED: {
      vi: 'Kênh tới máy đọc thẻ bị từ chối. Hãy khởi động lại phần mềm đọc thẻ trên máy đó.',
      en: null,
    },
    CLIENT_REFUSED: { vi: 'Không ghi được ứng dụng này như đã nêu.', en: null },
    CLOCK_WRONG: {
      vi: 'Đồng hồ của máy này sai. Hãy chỉnh lại trước.',
      en: null,
    },
    CONFIG_INVALID: {
      vi: 'Cấu hình chưa đúng. Hãy sửa những điều nêu dưới đây.',
      en: null,
    },
    CRL_REFUSED: {
      vi: 'Danh sách thu hồi này không được nhận.',
      en: null,
    },
    CROSS_SITE_REFUSED: {
      vi: 'Yêu cầu đến từ một trang khác nên bị từ chối.',
      en: null,
    },
    DATABASE_UNAVAILABLE: {
      vi: 'Không hỏi được PostgreSQL. Hãy khởi động dịch vụ, hoặc đặt DATABASE_URL hay ECARD_DATA_DIR; rồi chạy: ecard doctor',
      en: null,
    },
    DATA_FOLDER_UNUSABLE: {
      vi: 'Không dùng được thư mục dữ liệu hoặc một tệp trong đó. Hãy kiểm tra đường dẫn, quyền sử dụng và chỗ trống.',
      en: null,
    },
    DUPLICATE: {
      vi: 'Đã có một mục như vậy, nên không tạo thêm.',
      en: null,
    },
    ENROLMENT_REFUSED: {
      vi: 'Không ghi danh được máy đọc thẻ. Hãy tạo mã mời mới: ecard terminal invite',
      en: null,
    },
    GRANT_REFUSED: {
      vi: 'Không giao được vai trò này cho người này.',
      en: null,
    },
    IMPORT_REFUSED: {
      vi: 'Có dòng không nhập được, nên không nhập dòng nào. Hãy sửa, hoặc bỏ qua chúng bằng --skip-refused.',
      en: null,
    },
    INPUT_INVALID: {
      vi: 'Dữ liệu đưa vào chưa đúng.',
      en: null,
    },
    INPUT_TOO_LARGE: {
      vi: 'Dữ liệu đưa vào quá lớn.',
      en: null,
    },
    INTERACTION_EXPIRED: {
      vi: 'Lần đăng nhập này đã kết thúc. Hãy bắt đầu lại.',
      en: null,
    },
    KEYSTORE_UNAVAILABLE: {
      vi: 'Không mở được kho khóa, hoặc kho không có khóa cần dùng. Hãy kiểm tra mật khẩu kho và HSM, rồi chạy: ecard doctor',
      en: null,
    },
    NOT_FOUND: {
      vi: 'Không tìm thấy. Hãy kiểm tra số hoặc tên đã nhập.',
      en: null,
    },
    OPERATOR_SIGN_IN_REQUIRED: {
      vi: 'Hãy cho biết ai đang làm việc này, bằng thẻ của mình: ecard login',
      en: null,
    },
    PAIRING_REFUSED: {
      vi: 'Mã ghép đã dùng hoặc đã hết hạn. Hãy ghép lại trình duyệt trên phần mềm đọc thẻ.',
      en: null,
    },
    PASSKEY_METADATA_UNUSABLE: {
      vi: 'Không dùng được tệp siêu dữ liệu của Liên minh FIDO. Hãy tải lại tệp.',
      en: null,
    },
    PASS_NOT_ISSUED: {
      vi: 'Chưa cấp được mã tạm thời.',
      en: null,
    },
    PASS_REFUSED: {
      vi: 'Mã tạm thời bị từ chối.',
      en: null,
    },
    PASSKEY_REFUSED: {
      vi: 'Khóa truy cập (passkey) bị từ chối.',
      en: null,
    },
    PERMISSION_DENIED: {
      vi: 'Vai trò của bạn không cho phép việc này ở cơ quan này. Hãy nhờ quản trị viên.',
      en: null,
    },
    PEOPLE_FILE_REFUSED: {
      vi: 'Không đọc được tệp danh sách.',
      en: null,
    },
    PHOTO_TOO_LARGE: { vi: 'Ảnh quá lớn. Hãy dùng ảnh nhỏ hơn.', en: null },
    PHOTO_UNREADABLE: { vi: 'Không đọc được ảnh. Hãy dùng tệp JPEG hoặc PNG.', en: null },
    PKCS12_REFUSED: {
      vi: 'Không nhận tệp PKCS #12 này. Hãy kiểm tra tệp và mật khẩu.',
      en: null,
    },
    REVOCATION_REFUSED: {
      vi: 'Không được thu hồi hoặc mở lại với lý do này.',
      en: null,
    },
    STORE_UNAVAILABLE: {
      vi: 'Không hỏi được Redis. Hãy kiểm tra REDIS_URL, rồi chạy: ecard doctor',
      en: 'Redis could not be asked. Check REDIS_URL, then run: ecard doctor',
    },
    TERMINAL_DESK_REFUSED: {
      vi: 'Không làm việc được tại máy đọc thẻ này. Hãy xem máy: ecard terminal show',
      en: null,
    },
    TERMINAL_OFFLINE: {
      vi: 'Máy đọc thẻ này chưa kết nối. Hãy mở phần mềm đọc thẻ trên máy đó.',
      en: null,
    },
    TERMINAL_SIGNATURE_REFUSED: {
      vi: 'Chữ ký của máy đọc thẻ không đúng. Hãy ghi danh lại máy này.',
      en: null,
    },
    TERMINAL_TRANSITION_REFUSED: {
      vi: 'Trạng thái hiện tại của máy đọc thẻ không cho phép việc này. Xem: ecard terminal list',
      en: 'The terminal is in a state that does not allow this. See: ecard terminal list',
    },
    TOO_MANY_ATTEMPTS: {
      vi: 'Thử sai quá nhiều lần. Hãy đợi một giờ rồi thử lại.',
      en: 'Too many wrong attempts. Wait an hour, then try again.',
    },
    TOO_MANY_REQUESTS: {
      vi: 'Thử quá nhiều lần. Hãy đợi một lúc rồi thử lại.',
      en: 'Too many tries. Wait a while, then try again.',
    },
  }
