import type { ErrorCode } from '../../errors.ts'
import type { Text } from './language.ts'

/** Faults that only pages know. */
export type WebErrorCode =
  'WEB_CLIENT_UNKNOWN' | 'WEB_PAGE_NOT_FOUND' | 'WEB_REQUEST_WRONG' | 'WEB_SIGN_OUT_REFUSED'

/** What answers an error: the HTTP status, and what people read. Nothing of the error itself. */
export interface ErrorWords {
  readonly status: number
  /** What people read out to the help desk; never given to another row. */
  readonly lookupCode: `ECARD-${number}`
  readonly heading: Text
  readonly advice: Text
  /** Set where the page tries again by itself, after this many seconds. */
  readonly retryAfterSeconds?: number
}

const reopen: Text = {
  vi: 'Hãy mở lại ứng dụng và bấm Đăng nhập.',
  en: 'Open the application again and press Sign in.',
}
const reload: Text = {
  vi: 'Hãy tải lại trang rồi thử lại.',
  en: 'Load the page again and try once more.',
}
const tellApplication: Text = {
  vi: 'Bạn không làm gì sai. Hãy báo cho quản trị viên của ứng dụng và đọc mã bên dưới.',
  en: 'You did nothing wrong. Tell the administrator of the application and read out the code below.',
}
const busy = {
  status: 503,
  heading: {
    vi: 'Hệ thống đang bận, tự thử lại sau {n} giây',
    en: 'Busy, trying again in {n} seconds',
  },
  advice: { vi: 'Bạn không cần làm gì.', en: 'You need not do anything.' },
  retryAfterSeconds: 5,
}

/** For what no row below names: the page carries an incident that the log has too. */
export const unexpectedWords: ErrorWords = {
  status: 500,
  lookupCode: 'ECARD-3000',
  heading: { vi: 'Hệ thống chưa làm được việc này', en: 'The system could not do this' },
  advice: {
    vi: 'Hãy thử lại. Nếu vẫn vậy, gọi bộ phận hỗ trợ và đọc mã bên dưới.',
    en: 'Try again. If it stays so, call the help desk and read out the code below.',
  },
}

/**
 * One row a code. `unexpected`: no request should bring this error about, so it is an incident.
 * A code that is missing here does not compile.
 */
export const errorWords: Readonly<Record<ErrorCode | WebErrorCode, ErrorWords | 'unexpected'>> = {
  BATCH_REFUSED: 'unexpected',
  BOOTSTRAP_DONE: 'unexpected',
  CARD_FAULT: 'unexpected',
  AUDIT_CHAIN_MOVED: 'unexpected',
  AUTHORITY_REFUSED: 'unexpected',
  AUTHORITY_UNAVAILABLE: 'unexpected',
  // `refusalView` has the words.
  CARD_REFUSED: 'unexpected',
  CARD_TRANSITION_REFUSED: 'unexpected',
  CERTIFICATE_REQUEST_REFUSED: 'unexpected',
  CERTIFICATE_TRANSITION_REFUSED: 'unexpected',
  CERTIFICATE_UNREADABLE: 'unexpected',
  CHAIN_REFUSED: 'unexpected',
  CHANNEL_REFUSED: 'unexpected',
  CLIENT_REFUSED: 'unexpected',
  CLOCK_WRONG: 'unexpected',
  CONFIG_INVALID: 'unexpected',
  CRL_REFUSED: 'unexpected',
  CROSS_SITE_REFUSED: {
    status: 403,
    lookupCode: 'ECARD-3001',
    heading: { vi: 'Yêu cầu đến từ một trang khác', en: 'This request came from another site' },
    advice: reopen,
  },
  DATABASE_UNAVAILABLE: { ...busy, lookupCode: 'ECARD-3002' },
  DATA_FOLDER_UNUSABLE: 'unexpected',
  DUPLICATE: 'unexpected',
  ENROLMENT_REFUSED: {
    status: 403,
    lookupCode: 'ECARD-3003',
    heading: {
      vi: 'Mã ghi danh không đúng hoặc đã hết hạn',
      en: 'The enrolment code is wrong or has expired',
    },
    advice: {
      vi: 'Hãy xin quản trị viên một mã mới.',
      en: 'Ask the administrator for a new code.',
    },
  },
  GRANT_REFUSED: 'unexpected',
  IMPORT_REFUSED: 'unexpected',
  INPUT_INVALID: {
    status: 400,
    lookupCode: 'ECARD-3004',
    heading: { vi: 'Dữ liệu gửi lên chưa đúng', en: 'What was sent is not valid' },
    advice: reload,
  },
  INPUT_TOO_LARGE: {
    status: 413,
    lookupCode: 'ECARD-3005',
    heading: { vi: 'Dữ liệu gửi lên quá lớn', en: 'What was sent is too large' },
    advice: reload,
  },
  INTERACTION_EXPIRED: {
    status: 410,
    lookupCode: 'ECARD-3006',
    heading: { vi: 'Lần đăng nhập này đã kết thúc', en: 'This sign-in has ended' },
    advice: reopen,
  },
  KEYSTORE_UNAVAILABLE: 'unexpected',
  NOT_FOUND: {
    status: 404,
    lookupCode: 'ECARD-3007',
    heading: { vi: 'Không tìm thấy', en: 'Not found' },
    advice: reopen,
  },
  OPERATOR_SIGN_IN_REQUIRED: 'unexpected',
  PAIRING_REFUSED: {
    status: 403,
    lookupCode: 'ECARD-3008',
    heading: {
      vi: 'Mã ghép đã dùng hoặc đã hết hạn',
      en: 'This pairing code has been used or has expired',
    },
    advice: {
      vi: 'Trên phần mềm đọc thẻ, chọn lại “Ghép trình duyệt”.',
      en: 'In the card reader program, choose “Pair browser” again.',
    },
  },
  PASSKEY_METADATA_UNUSABLE: 'unexpected',
  // `passkeyRefusalView` has the words.
  PASSKEY_REFUSED: 'unexpected',
  PASS_NOT_ISSUED: 'unexpected',
  // `passRefusalView` has the words.
  PASS_REFUSED: 'unexpected',
  PEOPLE_FILE_REFUSED: 'unexpected',
  PHOTO_TOO_LARGE: 'unexpected',
  PHOTO_UNREADABLE: 'unexpected',
  PERMISSION_DENIED: 'unexpected',
  PKCS12_REFUSED: 'unexpected',
  REVOCATION_REFUSED: 'unexpected',
  STORE_UNAVAILABLE: { ...busy, lookupCode: 'ECARD-3009' },
  TERMINAL_DESK_REFUSED: 'unexpected',
  TERMINAL_OFFLINE: {
    status: 409,
    lookupCode: 'ECARD-3010',
    heading: {
      vi: 'Máy này chưa chạy phần mềm đọc thẻ',
      en: 'The card reader program is not running on this computer',
    },
    advice: {
      vi: 'Hãy mở phần mềm đọc thẻ rồi thử lại.',
      en: 'Start the card reader program and try again.',
    },
  },
  TERMINAL_SIGNATURE_REFUSED: 'unexpected',
  TERMINAL_TRANSITION_REFUSED: 'unexpected',
  TOO_MANY_ATTEMPTS: {
    status: 429,
    lookupCode: 'ECARD-3016',
    heading: { vi: 'Đã thử sai quá nhiều lần', en: 'Too many wrong attempts' },
    advice: {
      vi: 'Hãy đợi một giờ rồi thử lại, hoặc gọi bộ phận hỗ trợ.',
      en: 'Wait an hour and try again, or call the help desk.',
    },
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    lookupCode: 'ECARD-3011',
    heading: { vi: 'Trang này đang mở ở quá nhiều nơi', en: 'This page is open too many times' },
    advice: {
      vi: 'Hãy đóng bớt các trang đăng nhập rồi tải lại trang này.',
      en: 'Close some of the sign-in pages and load this one again.',
    },
  },
  WEB_CLIENT_UNKNOWN: {
    status: 400,
    lookupCode: 'ECARD-3012',
    heading: { vi: 'Ứng dụng này chưa được đăng ký', en: 'This application is not registered' },
    advice: tellApplication,
  },
  WEB_PAGE_NOT_FOUND: {
    status: 404,
    lookupCode: 'ECARD-3013',
    heading: { vi: 'Không có trang này', en: 'There is no such page' },
    advice: { vi: 'Hãy kiểm tra lại địa chỉ.', en: 'Check the address.' },
  },
  WEB_REQUEST_WRONG: {
    status: 400,
    lookupCode: 'ECARD-3014',
    heading: {
      vi: 'Ứng dụng gửi yêu cầu đăng nhập chưa đúng',
      en: 'The application sent a wrong sign-in request',
    },
    advice: tellApplication,
  },
  WEB_SIGN_OUT_REFUSED: {
    status: 400,
    lookupCode: 'ECARD-3015',
    heading: { vi: 'Chưa đăng xuất được', en: 'You have not been signed out' },
    advice: {
      vi: 'Hãy quay lại ứng dụng và bấm Đăng xuất một lần nữa.',
      en: 'Go back to the application and press Sign out once more.',
    },
  },
}
