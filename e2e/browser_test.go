package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The browser is Chromium, started when the first test asks for it and ended with
// the tests. A machine without it fails them: what is not looked at is not known
// to work.
var browser struct {
	once    sync.Once
	started *chromiumProcess
	err     error
}

// chromiumProcess is a running Chromium.
type chromiumProcess struct {
	ctx context.Context //nolint:containedctx // chromedp's handle of the process
	end func()
}

func openBrowser() (*chromiumProcess, error) {
	browser.once.Do(func() { browser.started, browser.err = startChromium() })
	return browser.started, browser.err
}

// closeBrowser ends the browser, if it was started.
func closeBrowser() {
	if browser.started != nil {
		browser.started.end()
	}
}

func startChromium() (*chromiumProcess, error) {
	path, err := chromium()
	if err != nil {
		return nil, err
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // it refuses to have one as root, and sees our own pages only
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("accept-lang", "es-CL"),
	)
	process, end := chromedp.NewExecAllocator(context.Background(), options...)
	quiet := chromedp.WithErrorf(func(string, ...any) {}) // events that are newer than the library
	ctx, cancel := chromedp.NewContext(process, quiet)
	started := &chromiumProcess{ctx, func() { cancel(); end() }}
	if err := chromedp.Do(ctx); err != nil {
		started.end()
		return nil, err
	}
	return started, nil
}

func chromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("the tests of the web need Chromium; on Debian: apt-get install chromium")
}

// patience is how long a page may take for one step.
const patience = 20 * time.Second

// page is a tab of its own, with cookies of its own: another person's browser. The
// test fails if a script fails in it, the console tells of an error, or a request
// is refused that nobody expected to be.
type page struct {
	t    testing.TB
	ctx  context.Context //nolint:containedctx // chromedp's handle of the tab
	base string

	mu       sync.Mutex
	problems []string
	expected []int64
	loaded   []response
}

// response is what a page loaded.
type response struct {
	url, mime string
	status    int64
	header    map[string]string
	id        network.RequestID
	bytes     float64 // on the wire, with the head
}

// newPage opens a tab on a server, 1440×900.
func newPage(t *testing.T, s *server) *page { return newPageAt(t, s.url) }

// newPageAt is newPage for the server at a URL.
func newPageAt(t testing.TB, base string) *page {
	t.Helper()
	opened, err := openBrowser()
	if err != nil {
		t.Fatalf("no browser: %v", err)
	}
	ctx, cancel := chromedp.NewContext(opened.ctx, chromedp.WithNewBrowserContext())
	p := &page{t: t, ctx: ctx, base: base}
	must(t, chromedp.Do(ctx))
	must(t, chromedp.Listen(ctx, p.hear))
	p.run(
		command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}),
		// Each tab is somebody's who looks at it, whatever else is open.
		command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
	)
	t.Cleanup(func() {
		cancel()
		for _, problem := range p.told() {
			t.Errorf("the browser tells: %s", problem)
		}
	})
	p.resize(desktop)
	return p
}

// command is a command of the protocol as an action.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// expect allows answers with a status from now on, such as 422.
func (p *page) expect(status int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, status)
}

// told are the problems so far.
func (p *page) told() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.problems)
}

// hear notes what the browser tells of the tab.
func (p *page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, "a script failed: "+thrown(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			p.problems = append(p.problems, fmt.Sprintf("console.%s: %s", e.Type, joined(e.Args)))
		}
	case *log.EventEntryAdded:
		// Refused requests are judged by their status below.
		if e.Entry.Level != log.EntryLevelInfo && e.Entry.Level != log.EntryLevelVerbose && e.Entry.Source != log.EntrySourceNetwork {
			p.problems = append(p.problems, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventLoadingFailed:
		if !e.Canceled && e.ErrorText != "net::ERR_ABORTED" {
			p.problems = append(p.problems, "a request failed: "+e.ErrorText+" "+string(e.BlockedReason))
		}
	case *network.EventResponseReceived:
		p.hearResponse(e)
	case *network.EventLoadingFinished:
		for i := range p.loaded {
			if p.loaded[i].id == e.RequestID {
				p.loaded[i].bytes = e.EncodedDataLength
			}
		}
	}
}

func (p *page) hearResponse(e *network.EventResponseReceived) {
	r := response{url: e.Response.URL, mime: e.Response.MimeType, status: e.Response.Status, id: e.RequestID, header: map[string]string{}}
	for name, value := range e.Response.Headers {
		r.header[strings.ToLower(name)] = fmt.Sprint(value)
	}
	p.loaded = append(p.loaded, r)
	if r.status >= 400 && !slices.Contains(p.expected, r.status) {
		p.problems = append(p.problems, fmt.Sprintf("%d %s", r.status, r.url))
	}
}

func thrown(d *runtime.ExceptionDetails) string {
	if d.Exception == nil {
		return d.Text
	}
	return d.Text + " " + d.Exception.Description
}

func joined(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, strings.Trim(string(a.Value), `"`)+a.Description)
	}
	return strings.Join(words, " ")
}

// run does these things in the tab, or fails the test when they take too long.
func (p *page) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.fail(err)
	}
}

// get is what an action in the tab returns; the test fails where it takes too long.
func get[T any](p *page, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		p.fail(err)
	}
	return value
}

// fail ends the test with what the page shows.
func (p *page) fail(err error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	url, _ := chromedp.Run(ctx, chromedp.Location()) // whatever can still be told
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body?.innerText ?? ''"))
	p.t.Fatalf("%v\nat %s, which told %q and shows:\n%s", err, url, p.told(), text)
}

// open goes to a path.
func (p *page) open(path string) {
	p.t.Helper()
	p.run(chromedp.Navigate(p.base + path))
}

// click clicks what a CSS selector finds, once it is to be seen.
func (p *page) click(selector string) {
	p.t.Helper()
	p.still(selector)
	p.run(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// fill types a value into a field in place of what is there.
func (p *page) fill(selector, value string) {
	p.t.Helper()
	p.run(
		chromedp.WaitVisible(chromedp.CSS(selector)),
		// SetValue has no way to say "".
		chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).value = ''", selector)),
		chromedp.SendKeys(chromedp.CSS(selector), value),
	)
}

// press presses keys where the focus is: text, or the names of package kb.
func (p *page) press(keys string, modifiers ...chromedp.KeyOption) {
	p.t.Helper()
	p.run(chromedp.KeyEvent(keys, modifiers...))
}

// submit presses Enter in a field and waits for the page that answers.
func (p *page) submit(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.SendKeys(chromedp.CSS(selector), kb.Enter)); err != nil {
		p.fail(err)
	}
}

// follow clicks what leads to another page, and waits for it.
func (p *page) follow(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)); err != nil {
		p.fail(err)
	}
}

// see waits until what a selector finds is to be seen, and returns its text.
func (p *page) see(selector string) string {
	p.t.Helper()
	p.run(chromedp.WaitVisible(chromedp.CSS(selector)))
	return strings.TrimSpace(get(p, chromedp.Text(chromedp.CSS(selector))))
}

// still waits until an element stays where it is for a moment: a click is sent to a
// place, and would miss what is on its way. It asks from here, since a page without
// scripts cannot watch itself.
func (p *page) still(selector string) {
	p.t.Helper()
	where := fmt.Sprintf("JSON.stringify(document.querySelector(%q)?.getBoundingClientRect()) ?? ''", selector)
	for before, end := "", time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		at := eval[string](p, where)
		if at != "" && at == before {
			return
		}
		before = at
	}
}

// until waits until a JavaScript expression is true.
func (p *page) until(expression string) {
	p.t.Helper()
	p.run(chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(patience)))
}

// eval is the value of a JavaScript expression, awaited if it is a promise.
func eval[T any](p *page, expression string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// login signs a user of the server in, as the form at /entrar would.
func (p *page) login(email, clave string) {
	p.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(p.base+"/entrar", url.Values{"email": {email}, "clave": {clave}})
	must(p.t, err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("%s could not sign in: %s", email, answer.Status)
	}
	for _, c := range answer.Cookies() {
		p.setCookie(c.Name, c.Value)
	}
}

// setCookie gives the tab a cookie of the server.
func (p *page) setCookie(name, value string) {
	p.t.Helper()
	p.run(command(network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: p.base, HTTPOnly: new(true)}))
}

// size is the window a page is looked at in.
type size struct {
	name          string
	width, height int64
	touch         bool
}

var (
	desktop = size{"1440", 1440, 900, false}
	tablet  = size{"1024", 1024, 768, false}
	upright = size{"768", 768, 1024, true} // a tablet, too
	phone   = size{"360", 360, 740, true}
)

// resize gives the tab a window.
func (p *page) resize(s size) {
	p.t.Helper()
	if s.touch {
		p.run(chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait))
		return
	}
	p.run(chromedp.EmulateViewport(s.width, s.height))
}

// withoutScripts has the pages that are opened from now on run no scripts.
func (p *page) withoutScripts() { p.t.Helper(); p.letScripts(false) }

// letScripts has the pages that are opened from now on run scripts or not.
func (p *page) letScripts(run bool) {
	p.t.Helper()
	p.run(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run}))
}

// prefer is what the system of the tab prefers: "light" or "dark", and no motion.
func (p *page) prefer(scheme string) {
	p.t.Helper()
	p.run(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}))
}

// look takes the page in each size and others, light and dark, into screenshots/, and
// has axe judge it wide and narrow. It leaves the tab as newPage made it.
func (p *page) look(name string, others ...size) {
	p.t.Helper()
	for _, s := range append([]size{desktop, tablet, phone}, others...) {
		p.resize(s)
		for _, scheme := range []string{"light", "dark"} {
			p.prefer(scheme)
			shot := name + "-" + s.name + "-" + scheme
			p.screenshot(shot, s)
			if s != tablet { // which is the desktop's, but narrower
				p.axe(shot)
			}
		}
		p.staysWithin(name, s)
	}
	p.resize(desktop)
	p.prefer("light")
}

// screenshots are the names of those that were taken, and by which test.
var screenshots sync.Map

// screenshot keeps the whole page as screenshots/<name>.png, in a window as high as
// the page, so that what stands at the window's edge stands at the picture's. It
// fails where another test has taken one of that name, which would be lost.
func (p *page) screenshot(name string, s size) {
	p.t.Helper()
	if by, taken := screenshots.LoadOrStore(name, p.t.Name()); taken && by != p.t.Name() {
		p.t.Errorf("%s has taken a screenshot %q already", by, name)
	}
	p.settle() // in this size and these colours, or it is measured as it was before
	whole := s
	whole.height = max(s.height, eval[int64](p, "document.documentElement.scrollHeight"))
	if whole != s {
		p.resize(whole)
		defer p.resize(s)
	}
	p.settle()
	shot := get(p, func(ctx context.Context, t *chromedp.Target) (cdppage.CaptureScreenshotResult, error) {
		return cdp.Call(ctx, t, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{OptimizeForSpeed: new(true)})
	})
	must(p.t, os.MkdirAll("screenshots", 0o755))
	must(p.t, os.WriteFile(filepath.Join("screenshots", name+".png"), shot.Data, 0o644))
}

// settle waits until the page is drawn as it now is. Beside others a tab that has
// nothing new to draw may be given no frame to tell it in, so that it waits for one
// no longer than any takes.
func (p *page) settle() {
	p.t.Helper()
	eval[bool](p, `Promise.race([
		Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})))
			.then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))),
		new Promise((given) => setTimeout(() => given(true), 1000)),
	])`)
}

// staysWithin fails where the page as a whole scrolls sideways.
func (p *page) staysWithin(name string, s size) {
	p.t.Helper()
	p.settle() // not before the page is laid out for the window
	if width := eval[int64](p, "document.documentElement.scrollWidth"); width > s.width {
		out := eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > %d).slice(0, 5).map((e) => e.outerHTML.slice(0, 120))`, s.width))
		p.t.Errorf("%s is %d px wide in a window of %d; beyond it are %q", name, width, s.width, out)
	}
}

// axeScript is axe-core, which make ui installs.
var axeScript = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile("../web/node_modules/axe-core/axe.min.js")
	return string(source), err
})

// axe fails on what keeps people from using the page as it is now.
func (p *page) axe(name string) {
	p.t.Helper()
	script, err := axeScript()
	if err != nil {
		p.t.Fatalf("no axe-core, which make ui installs: %v", err)
	}
	if !eval[bool](p, "typeof axe === 'object'") {
		p.run(chromedp.Evaluate[chromedp.Void](script))
	}
	type node struct{ HTML, FailureSummary string }
	type violation struct {
		ID, Impact, Help string
		Nodes            []node
	}
	for _, v := range eval[[]violation](p, "axe.run({resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}).then((r) => r.violations)") {
		if v.Impact != "serious" && v.Impact != "critical" {
			p.t.Logf("%s: %s, which is %s", name, v.Help, v.Impact)
			continue
		}
		for _, n := range v.Nodes {
			p.t.Errorf("%s: %s: %s\n%s\n%s", name, v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
}

// validHTML fails on what is wrong with the HTML of pages, by their names. The
// validator takes longer to start than to judge them all.
func validHTML(t testing.TB, pages map[string]string) {
	t.Helper()
	config, err := filepath.Abs("../web/html-validate.json")
	must(t, err)
	args := []string{"node_modules/html-validate/bin/html-validate.mjs", "--config", config, "--formatter", "json"}
	dir := t.TempDir()
	for name, html := range pages {
		file := filepath.Join(dir, name+".html")
		must(t, os.WriteFile(file, []byte(html), 0o600))
		args = append(args, file)
	}
	cmd := exec.Command("node", args...)
	cmd.Dir = "../web"
	out, err := cmd.Output()
	if err == nil {
		return
	}
	type message struct {
		RuleID, Message string
		Line, Column    int
	}
	var reports []struct {
		FilePath string
		Messages []message
	}
	if json.Unmarshal(out, &reports) != nil {
		t.Fatalf("the pages could not be judged: %v %s", err, out)
	}
	for _, r := range reports {
		name := strings.TrimSuffix(filepath.Base(r.FilePath), ".html")
		lines := strings.Split(pages[name], "\n")
		for _, m := range r.Messages {
			t.Errorf("%s: %s (%s) in\n%s", name, m.Message, m.RuleID, lines[min(max(m.Line-1, 0), len(lines)-1)])
		}
	}
}
