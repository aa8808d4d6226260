// Package backstitch makes HTTP requests in Go programs that run in Backstitch. The C header,
// ../../include/backstitch.h, says what each argument and error means.
package backstitch

import (
	"syscall"
	"unsafe"
)

//go:wasmimport backstitch http_request
//go:noescape
func httpRequest(method unsafe.Pointer, methodLength uint32, url unsafe.Pointer, urlLength uint32,
	headers unsafe.Pointer, headersLength uint32, body unsafe.Pointer, bodyLength uint32,
	timeoutMs uint32, out unsafe.Pointer) uint32

//go:wasmimport backstitch http_read
//go:noescape
func httpRead(handle, part, offset uint32, buffer unsafe.Pointer, length uint32,
	read unsafe.Pointer) uint32

//go:wasmimport backstitch http_close
func httpClose(handle uint32) uint32

type Response struct {
	Status int
	// Lines of the form "name: value\r\n", names in lower case.
	Headers string
	Body    []byte
}

// Request sends a request and waits for the whole response. The headers are lines of the form
// "Name: value\r\n"; a timeout of 0 stands for 30 seconds. The error is a syscall.Errno, such as
// syscall.ETIMEDOUT or syscall.EHOSTUNREACH. An HTTP status such as 500 is no error.
func Request(method, url, headers string, body []byte, timeoutMs uint32) (Response, error) {
	var out struct{ handle, status, headersLength, bodyLength uint32 }
	errno := httpRequest(
		unsafe.Pointer(unsafe.StringData(method)), uint32(len(method)),
		unsafe.Pointer(unsafe.StringData(url)), uint32(len(url)),
		unsafe.Pointer(unsafe.StringData(headers)), uint32(len(headers)),
		unsafe.Pointer(unsafe.SliceData(body)), uint32(len(body)),
		timeoutMs, unsafe.Pointer(&out))
	if errno != 0 {
		return Response{}, syscall.Errno(errno)
	}
	defer httpClose(out.handle)
	head, err := readPart(out.handle, 0, out.headersLength)
	if err != nil {
		return Response{}, err
	}
	content, err := readPart(out.handle, 1, out.bodyLength)
	return Response{int(out.status), string(head), content}, err
}

func readPart(handle, part, length uint32) ([]byte, error) {
	bytes := make([]byte, length)
	var read uint32
	errno := httpRead(handle, part, 0, unsafe.Pointer(unsafe.SliceData(bytes)), length,
		unsafe.Pointer(&read))
	if errno != 0 {
		return nil, syscall.Errno(errno)
	}
	return bytes[:read], nil
}
