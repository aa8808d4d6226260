// HTTP requests for AssemblyScript programs that run in Backstitch. The C header,
// ../include/backstitch.h, says what each argument and error means.

@external('backstitch', 'http_request')
declare function http_request(
  method: usize, methodLength: i32, url: usize, urlLength: i32, headers: usize, headersLength: i32,
  body: usize, bodyLength: i32, timeoutMs: u32, out: usize,
): i32;

@external('backstitch', 'http_read')
declare function http_read(
  handle: u32, part: u32, offset: u32, buffer: usize, length: u32, read: usize,
): i32;

@external('backstitch', 'http_close')
declare function http_close(handle: u32): i32;

export class Response {
  constructor(
    /** 0 when no response came. */
    public status: u32,
    /** Why no response came: an errno of WASI preview 1, or 0. */
    public error: i32,
    /** Lines of the form `name: value\r\n`, names in lower case. */
    public headers: string,
    public body: string,
  ) {}
}

function readPart(handle: u32, part: u32, length: u32): string {
  const bytes = new ArrayBuffer(length);
  const read = new StaticArray<u32>(1);
  const buffer = changetype<usize>(bytes);
  const error = http_read(handle, part, 0, buffer, length, changetype<usize>(read));
  if (error != 0) throw new Error(`reading a response failed with errno ${error}`);
  return String.UTF8.decodeUnsafe(buffer, read[0]);
}

/** Sends a request and waits for the whole response, at most `timeoutMs`, or 30 seconds for 0. */
export function request(
  method: string, url: string, headers: string, body: string, timeoutMs: u32 = 0,
): Response {
  const texts = [method, url, headers, body].map<ArrayBuffer>((text) => String.UTF8.encode(text));
  const out = new StaticArray<u32>(4);
  const error = http_request(
    changetype<usize>(texts[0]), texts[0].byteLength, changetype<usize>(texts[1]), texts[1].byteLength,
    changetype<usize>(texts[2]), texts[2].byteLength, changetype<usize>(texts[3]), texts[3].byteLength,
    timeoutMs, changetype<usize>(out),
  );
  if (error != 0) return new Response(0, error, '', '');
  const response = new Response(
    out[1], 0, readPart(out[0], 0, out[2]), readPart(out[0], 1, out[3]),
  );
  http_close(out[0]);
  return response;
}
