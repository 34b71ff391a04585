"""What is a secret and what is none: real shapes, invented values. ⟦ ⟧ stand around what must be masked."""

from __future__ import annotations

HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
APP_ID = "970ca35de60c44645bbae8a215061b33"
HEX64 = HEX + APP_ID
T006 = f"006{APP_ID}IAB2bZ3k+9Vw/0Qx1mYc7Tn8Uo5Pp4Ll3Kk2Jj1Hh0Gg9Ff8Ee7Dd6Cc5Bb4Aa3Zz2AAAAABAAEAAwD8pQ=="
T007 = "007eJxTYBBbsMMnKq7p9Hf/HcIX5kce9b518kCiQgSr5Zrp4+I1w3gUHBw8fGx4Tk0NTc0MTIwMDC0tzQwNTUxM4g"
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb29tIjoiZGVtbyIsImV4cCI6MTcwMDAwMDAwMH0.c2lnbmF0dXJlLW9mLXRoZS10ZXN0"
OPAQUE = "q7Rk29xTzP4mWv81bNc3"
USER_SIG = (
    "eJwtzEsLgkAUhuH-ymzLODfHEVq0KMMMghRpqzl2ysvozGhF-e9Z6vJ73g*IzokX9nNgUhhR7pDFXNKh0ZoaK4VQfH0BVyLVgVF1ViQEfE6ZM6SqWsxlHVu6C-vW"
    "qrRUQ8-vKvTGFPvt0qWgHRQr9-Vxoi5F5w_"
)
TURN_PASSWORD = "xY7!pq2$Rt9w"
BASE64_LINE = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDexampleNotAKey"
PEM_BODY = "\n".join([BASE64_LINE[:64]] * 3 + ["Zm9vYmFyZm9vYmFyZm9v=="])


def _m(secret: str) -> str:
    return f"⟦{secret}⟧"


POSITIVES: tuple[tuple[str, str], ...] = (
    # certificates and vendors' app secrets
    ("app_certificate", f"App certificate: {_m(HEX)}"),
    ("app_certificate", f"App Certificate：{_m(HEX.upper())}"),
    ("app_certificate", f'const appCertificate = "{_m(HEX)}";'),
    ("app_certificate", f"appCertificate='{_m(HEX)}'"),
    ("app_certificate", f"APP_CERTIFICATE={_m(HEX)}"),
    ("app_certificate", f"export AGORA_APP_CERTIFICATE={_m(HEX)}\n./run"),
    ("app_certificate", f'{{"appId":"{APP_ID}","appCertificate":"{_m(HEX)}"}}'),
    ("app_certificate", rf'{{\"appCertificate\": \"{_m(HEX)}\"}}'),
    ("app_certificate", f"<appCertificate>{_m(HEX)}</appCertificate>"),
    ("app_certificate", f"| App Certificate | {_m(HEX)} |"),
    ("app_certificate", f"**App Certificate:** `{_m(HEX)}`"),
    ("app_certificate", f"My certificate is {_m(HEX)}, what is wrong?"),
    ("app_certificate", f"certificate {_m(HEX)}"),
    ("app_certificate", f"App Certificate (primary): {_m(HEX)}"),
    ("app_certificate", f"certificate 1: {_m(HEX)}"),
    ("app_certificate", f"App Certificate:\n{_m(HEX)}\n"),
    ("app_certificate", f"App ID: {APP_ID}\nApp cert: {_m(HEX)}"),
    ("app_certificate", f"App 证书：{_m(HEX)}"),
    ("app_certificate", f"App证书{_m(HEX)}"),
    ("app_certificate", f"我的证书是 {_m(HEX)}，请帮忙看看"),
    ("app_certificate", f"证书为“无”，密钥: {_m(HEX)}"),
    ("app_certificate", f"App 秘钥={_m(HEX)}"),
    ("app_certificate", f"app secret: {_m(HEX)}"),
    ("app_certificate", f"serverSecret := {_m(HEX)}"),
    ("app_certificate", f"customer secret => '{_m(HEX)}'"),
    ("app_certificate", f"SDKSECRETKEY = '{_m(HEX64)}'"),
    ("app_certificate", f"AppSign: {_m(HEX64)}"),
    ("app_certificate", f"--app-certificate {_m(HEX)} --app-id {APP_ID}"),
    ("app_certificate", f"{{appId: '{APP_ID}', secret: '{_m(HEX)}'}}"),
    ("app_certificate", f"App certificate for production: {_m(HEX)}"),
    ("app_certificate", f"The certificate we use is {_m(HEX)}"),
    ("app_certificate", f"Primary Certificate\n{_m(HEX)}\nSecondary Certificate\n"),
    ("app_certificate", f"我们用的证书是：{_m(HEX)}"),
    ("app_certificate", f"证书（线上环境）：{_m(HEX)}"),
    # tokens
    ("rtc_token", f"token: {_m(T006)}"),
    ("rtc_token", f'"token":"{_m(T006)}"'),
    ("rtc_token", f"joinChannel({_m(T007)}, demo, 0)"),
    ("rtc_token", f"I use {_m(T007)} and get 110"),
    ("rtc_token", f"https://example.test/join?token={_m(T007)}&channel=demo"),
    ("rtc_token", f"https%3A%2F%2Fexample.test%2Fjoin%3Ftoken%3D{_m(T007)}"),
    ("rtc_token", f"2026-06-08 10:00:00.123 [1234] renewToken {_m(T006)}"),
    ("rtc_token", "令牌：" + _m(T007)),
    ("rtc_token", rf'{{"token":"{_m(T006.replace("/", chr(92) + "/"))}"}}'),
    ("rtc_token", f"userSig: '{_m(USER_SIG)}'"),
    ("rtc_token", f"UserSig 是 {_m(USER_SIG)}，报 -3319"),
    ("jwt", f"Authorization header was {_m(JWT)}"),
    ("jwt", f"{_m(JWT)}"),
    ("jwt", f"wss://rtc.example.test/rtc?access_token={_m(JWT)}&auto_subscribe=1"),
    ("jwt", f"token={_m(JWT)}. Then it fails."),
    ("jwt", f'[I] connect {{"jwt":"{_m(JWT)}"}}'),
    ("jwt", "令牌" + _m(JWT) + "无效"),
    # TURN
    ("turn_credential", f'{{"urls":"turn:t.example.test:3478","username":"u","credential":"{_m(TURN_PASSWORD)}"}}'),
    (
        "turn_credential",
        "iceServers: [{ urls: ['turn:a.test', 'turn:b.test?transport=tcp'],\n"
        f" username: 'u',\n credential: '{_m(TURN_PASSWORD)}' }}]",
    ),
    ("turn_credential", f'{{"username":"u","credential":"{_m(TURN_PASSWORD)}","urls":["turns:t.example.test:443"]}}'),
    ("turn_credential", f'PeerConnection.IceServer.builder("turn:t.test").setUsername("u").setPassword("{_m(TURN_PASSWORD)}")'),
    ("turn_credential", rf'{{\"urls\":\"turn:t.test\",\"credential\":\"{_m(TURN_PASSWORD)}\"}}'),
    ("turn_credential", f"urls: turn:t.example.test:3478\nusername: u\ncredential: {_m('s3cretPass9')}\n"),
    ("turn_credential", f"Our server turn:t.example.test, user u, password: {_m('s3cretPass9')}"),
    ("turn_credential", f"turn:t.example.test?transport=udp username=u credential={_m('s3cretPass9')}"),
    ("turn_credential", f"turn:user:{_m('Pa55w0rd-x')}@t.example.test:3478"),
    ("turn_credential", f"a=ice-ufrag:abcd\r\na=ice-pwd:{_m('asd88fgpdd777uzjYhagZgAB')}\r\na=setup:actpass"),
    # keys
    ("api_key", f"api_key={_m(OPAQUE)}"),
    ("api_key", f'"apiKey": "{_m(OPAQUE)}",'),
    ("api_key", f"API key is {_m(OPAQUE)}."),
    ("api_key", f"API 密钥：{_m(OPAQUE)}"),
    ("api_key", f"accessKeySecret: '{_m(OPAQUE)}'"),
    ("api_key", f"static-auth-secret={_m(OPAQUE)}"),
    ("api_key", f"client_secret={_m(OPAQUE)}&grant_type=client_credentials"),
    ("api_key", f"curl -X POST -u {HEX[:20]}:{_m(HEX)} https://api.example.test/v1/apps"),
    ("api_key", f"curl --user 'key:{_m(OPAQUE)}' https://api.example.test"),
    ("api_key", f"aws_secret_access_key = {_m(OPAQUE)}"),
    ("api_key", f"AUTH_TOKEN={_m(HEX)}"),
    ("api_key", f'encryptionKey: "{_m(HEX)}"'),
    ("api_key", f"stream key: {_m('live_4711_abcdEFGH0815')}"),
    ("api_key", _m("github_pat_" + "11ABCDEFG0abcdefghijkl_mnop")),
    ("api_key", f"curl -H 'Authorization: Basic {_m('ZGVtb2tleTEyMzpkZW1vc2VjcmV0NDU2')}' https://api.example.test"),
    ("api_key", f'"Authorization": "Bearer {_m("opaque.Token-12345_67890")}"'),
    ("api_key", "key " + _m("AIza" + "0123456789abcdefghijABCDEFGHIJ-_xyz")),
    ("api_key", _m("sk_live_" + "0123456789abcdefABCDEF")),
    ("private_key", f"-----BEGIN PRIVATE KEY-----\n{_m(PEM_BODY)}\n-----END PRIVATE KEY-----"),
    ("private_key", f"-----BEGIN RSA PRIVATE KEY-----\r\n{_m(PEM_BODY.replace(chr(10), chr(13) + chr(10)))}\r\n"),
    (
        "private_key",
        "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n"
        + _m(PEM_BODY) + "\n-----END EC PRIVATE KEY-----",
    ),
    (
        "private_key",
        '{"private_key": "-----BEGIN PRIVATE KEY-----\\n' + _m(PEM_BODY.replace("\n", "\\n")) + '\\n-----END PRIVATE KEY-----\\n"}',
    ),
    ("private_key", "> -----BEGIN OPENSSH PRIVATE KEY-----\n> " + _m(PEM_BODY.replace("\n", "\n> ")) + "\n> -----END"),
)  # fmt: skip

NEGATIVES: tuple[str, ...] = (
    f"App ID: {APP_ID}",
    f"appId = '{APP_ID}'",
    f"AGORA_APP_ID={APP_ID}",
    f"My app {APP_ID} has no certificate.",
    f"The App ID is {APP_ID} and the certificate is enabled.",
    f"certificate enabled, App ID {APP_ID}",
    f"App 证书已启用，App ID：{APP_ID}",
    f"证书 App ID {APP_ID}",
    f"sid: {HEX}",
    f"session {HEX} channel demo uid 12345",
    f"callId={HEX}",
    f"md5 {HEX}  agora.log",
    f"certificate md5: {HEX}",
    f"certificate fingerprint: {HEX64}",
    f"certificate sha256 {HEX64}",
    f"cert serial {HEX}",
    f"certificate id: {HEX}",
    f"secret channel, session {HEX}",
    f"no secrets here: {HEX[:31]}",
    f"secret sid={HEX}",
    f"certificate error: sid {HEX}",
    f"failed to verify certificate\nsid {HEX}",
    f"certificate: {HEX}aa",
    f"certificate: {HEX[:-1]}",
    f"trace {HEX64}",
    f"traceparent: 00-{HEX}-00f067aa0ba902b7-01",
    "uuid 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    "a=fingerprint:sha-256 AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99",
    "a=ice-ufrag:F7gI",
    "a=ice-pwd:",
    "a=candidate:1 1 UDP 2130706431 192.168.1.2 54321 typ host",
    "turn:t.example.test:3478?transport=udp",
    '{"urls":"stun:stun.example.test:19302"}',
    '{"urls":"turn:t.example.test","username":"1700000000:alice"}',
    "turn: the phone sideways and the credential is asked for again",
    "We turn: left; the password dialog opens",
    "fetch(url, { credentials: 'include' })",
    "credential: 'same-origin'",
    "credentialType: 'password'",
    "token expired, renewToken was called",
    "onTokenPrivilegeWillExpire token: 006",
    "the error is 006 and then 007",
    f"006{APP_ID}",
    "00612345678901234567890123456789012345",
    "build 007e2f1 is fine",
    "0071234567890123456789012345678901234567890123456789",
    "eyJ0eXBlIjoib2ZmZXIiLCJzZHAiOiJ2PTANCm89LSAxMjM0NTY3ODkwIn0=",
    "eyJhbGciOiJIUzI1NiJ9 is only a header",
    "eyJ.a.b",
    "eyjafjallajokull.example-company-name.test",
    "io.agora.rtc2.internal.RtcEngineImpl.joinChannelWithUserAccount",
    "api_key=process.env.API_KEY_2026_PRODUCTION",
    "apiKey: YOUR_API_KEY_GOES_HERE",
    "api key missing",
    "apiKey=getKeyFromVault123(appId)",
    "secret: kubernetes-secret-name",
    "accessKeyId: LTAI0123456789abcdef",
    "the secret is to call leaveChannel before joinChannel",
    "client_secret=<your client secret>",
    "Authorization: Basic <credentials>",
    "Authorization: Bearer YOUR_TOKEN_GOES_HERE",
    "Authorization: Basic authentication is not enough",
    "-----BEGIN CERTIFICATE-----\n" + PEM_BODY + "\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\n" + PEM_BODY + "\n-----END PUBLIC KEY-----",
    "My file starts with -----BEGIN PRIVATE KEY----- and the SDK refuses it, what do I do about it?",
    "2026-06-08 10:00:00.123 [INFO] AudioDevice opened 48000 Hz, rtt 123, lost 4, uid 3735928559",
    f"[2026-06-08T10:00:00.123Z][D] joinSuccess channel:demo sid:{HEX} uid:1001 elapsed:345",
    f"06-08 10:00:00.123  1234  5678 I agora: api call SetVideoEncoderConfiguration appid={APP_ID}",
    "E/libEGL: validate_display:99 error 3008 (EGL_BAD_DISPLAY)",
    "#00 pc 00000000000a5e0c  /apex/com.android.runtime/lib64/bionic/libc.so (abort+164) (BuildId: 0f1e2d3c4b5a6978)",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    f"certificate of the app with ID: {HEX}",
    f"certain users of session: {HEX}",
    f"The certificate is on\nApp ID\n{HEX}",
    f"certificate fingerprint\n{HEX}",
    f"证书已启用。会话：{HEX}",
    f"secret room: {HEX}",
    "docker run -u 1000:1000 image-of-2026-06-08",
    "turn:t.example.test needs a username and password: please tell us",
    "turn:t.example.test\ncredential: password",
    "eJwtzEsLgkAUhuH+ymzLODfHEVq0KMMMghRpqzl2ysvozGhF/e9Z6vJ73gIzokX9nNgUhhR7pDFXNKh0ZoaK4VQfH0BVyLVgVF1ViQEfE6ZM6SqWs==",
    "eJwtzEsLgkAUhuH is a beginning",
    "the stream key is missing",
    "{masked}",
    "App certificate: {masked}",
    '{"urls":"turn:t.example.test","credential":"{masked}"}',
    "证书过期了怎么办？密钥在哪里看？",
    "",
)  # fmt: skip


def plain(marked: str) -> str:
    return marked.replace("⟦", "").replace("⟧", "")


def expected(marked: str) -> str:
    before, _, rest = marked.partition("⟦")
    _secret, closed, after = rest.partition("⟧")
    return before + ("{masked}" + after if closed else "")
