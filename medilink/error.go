package medilink

import (
	"context"
	"errors"
	"net/http"

	"github.com/tomahora/tomahora"
)

// errorBody is the envelope of everything that is not a success. Clients read
// error.message (contract §1.5); the rest of it is ours.
type errorBody struct {
	Error errorDetail `json:"error"`
}

type errorDetail struct {
	Message   string      `json:"message"`
	Code      string      `json:"code"`
	Errors    []errorItem `json:"errors"`
	RequestID string      `json:"request_id"`
	Citas     []int64     `json:"citas,omitempty"` // those in the way, where the code says so
	// Alternativas are hours that are free instead, where time or place were
	// refused.
	Alternativas []ofertaBody `json:"alternativas,omitzero"`
}

type errorItem struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// status is the translation of what went wrong into HTTP. The vendor answers
// 400 for everything wrong with a booking, also for a slot that is taken.
func status(kind tomahora.Kind) int {
	switch kind {
	case tomahora.KindInvalid:
		return http.StatusBadRequest
	case tomahora.KindUnauthorized:
		return http.StatusUnauthorized
	case tomahora.KindForbidden:
		return http.StatusForbidden
	case tomahora.KindNotFound:
		return http.StatusNotFound
	case tomahora.KindMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case tomahora.KindTooLarge:
		return http.StatusRequestEntityTooLarge
	case tomahora.KindRateLimited:
		return http.StatusTooManyRequests
	case tomahora.KindReused:
		return http.StatusUnprocessableEntity
	case tomahora.KindStale:
		return http.StatusPreconditionFailed
	case tomahora.KindGone:
		return http.StatusGone
	case tomahora.KindUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// fail logs what the client is not shown, and answers.
func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	id := a.RequestID(ctx)
	if interrupted(err) { // mostly by the client, who is gone: nobody's fault
		a.Logger.InfoContext(ctx, "request given up", "request_id", id, "route", r.Pattern, "error", err)
		RenderError(w, id, tomahora.Unavailable(err))
		return
	}
	if kind := tomahora.KindOf(err); status(kind) >= http.StatusInternalServerError {
		a.Logger.ErrorContext(ctx, "request failed", "request_id", id, "route", r.Pattern, "error", Cause(err))
	}
	RenderError(w, id, err)
}

// interrupted tells whether the request was given up before it took effect: a
// store no longer looks at its context once it has begun to write.
func interrupted(err error) bool {
	return tomahora.KindOf(err) == tomahora.KindInternal &&
		(errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}

// orUnavailable is err as a client is told of it.
func orUnavailable(err error) error {
	if interrupted(err) {
		return tomahora.Unavailable(err)
	}
	return err
}

// codeOf is the code that a client is answered with.
func codeOf(err error) tomahora.Code {
	err = orUnavailable(err)
	if status(tomahora.KindOf(err)) == http.StatusInternalServerError {
		return tomahora.CodeErrorInterno
	}
	return tomahora.ProblemsOf(err)[0].Code
}

// Cause is what the log says of an error: *Error itself only speaks to clients.
func Cause(err error) error {
	if e, ok := errors.AsType[*tomahora.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}

// RenderError answers err in the error envelope, with the headers its status
// demands. Of an internal error nothing is shown but the request's id.
func RenderError(w http.ResponseWriter, requestID string, err error) {
	problems := tomahora.ProblemsOf(err)
	detail := errorDetail{Errors: []errorItem{}, RequestID: requestID}
	code := status(tomahora.KindOf(err))
	if code == http.StatusInternalServerError {
		internal := &tomahora.Error{Code: tomahora.CodeErrorInterno}
		detail.Code, detail.Message = string(internal.Code), internal.Error()
		writeJSON(w, code, errorBody{detail})
		return
	}
	detail.Code, detail.Message = string(problems[0].Code), problems[0].Error()
	for _, p := range problems {
		detail.Errors = append(detail.Errors, errorItem{p.Field, string(p.Code), p.Error()})
		detail.Citas = append(detail.Citas, int64s(p.Citas)...)
	}
	if o, ok := errors.AsType[*otraHora](err); ok {
		detail.Alternativas = o.alternativas
	}
	switch code {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Token")
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, code, errorBody{detail})
}
