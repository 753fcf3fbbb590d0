package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// contents of a folder by name, for telling what was left in it.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name()
	}
	return list
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

var replace = CopyOptions{Replace: true, Clock: time.Now} //nolint:gochecknoglobals // a constant in all but name

func TestABackupIsOneSoundFile(t *testing.T) {
	t.Parallel()
	file, db := sound(t)
	backup := filepath.Join(t.TempDir(), "copia de hoy?.db")
	steps := 0
	done, err := Backup(t.Context(), file, backup, CopyOptions{Tell: func(int, int, string) { steps++ }})
	if err != nil || done.File != backup || done.Outdated || steps != len(checkSteps()) {
		t.Fatalf("got %+v after %d steps of its check, error %v", done, steps, err)
	}
	info, err := os.Stat(backup)
	if err != nil || info.Size() != done.Bytes || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, error %v; want %d bytes for the owner's eyes only", info, err, done.Bytes)
	}
	if got := names(t, filepath.Dir(backup)); len(got) != 1 {
		t.Errorf("beside the backup lie %v", got)
	}
	if found := checked(t, backup); len(found) > 0 {
		t.Errorf("findings %v", found)
	}
	before := read(t, backup)
	if _, err := db.Exec("DELETE FROM citas"); err != nil {
		t.Fatal(err)
	}
	if _, err := Backup(t.Context(), file, backup, CopyOptions{}); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("a backup over another: %v", err)
	}
	if !bytes.Equal(before, read(t, backup)) {
		t.Error("the refused backup changed what was there")
	}
	if _, err := Backup(t.Context(), file, backup, replace); err != nil || bytes.Equal(before, read(t, backup)) {
		t.Errorf("a forced backup: %v", err)
	}
}

func TestABackupNeverReplacesADatabase(t *testing.T) {
	t.Parallel()
	file, _ := sound(t)
	other, _ := sound(t)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{file, link} {
		if _, err := Backup(t.Context(), file, target, replace); err == nil || !strings.Contains(err.Error(), "itself") {
			t.Errorf("a backup of a database over itself, as %s: %v", target, err)
		}
	}
	s, err := Open(t.Context(), "sqlite:"+other, Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := Backup(t.Context(), file, other, replace); err == nil || !strings.Contains(err.Error(), "-wal") {
		t.Errorf("a backup over a database that is open: %v", err)
	}
}

func TestAnUnsoundCopyNeverTakesTheName(t *testing.T) {
	t.Parallel()
	file, db := sound(t)
	dir := t.TempDir()
	backup := filepath.Join(dir, "b.db")
	write(t, backup, []byte("the good one of yesterday"))
	if _, err := db.Exec("UPDATE citas SET viva = 0"); err != nil {
		t.Fatal(err)
	}
	_, err := Backup(t.Context(), file, backup, replace)
	var unsound *UnsoundError
	if !errors.As(err, &unsound) || len(unsound.Findings) != 1 || unsound.Kept != backup+".unsound" {
		t.Fatalf("got %v", err)
	}
	if string(read(t, backup)) != "the good one of yesterday" {
		t.Error("the good backup of yesterday is gone")
	}
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("in the folder are %v", got)
	}
	// Nor is it restored.
	target := filepath.Join(t.TempDir(), "a.db")
	if _, err := Restore(t.Context(), unsound.Kept, target, replace); !errors.As(err, &unsound) || unsound.Kept != "" {
		t.Errorf("restoring it: %v", err)
	}
	if got := names(t, filepath.Dir(target)); len(got) != 0 {
		t.Errorf("the refused restore left %v", got)
	}
}

func TestACopyThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	file, _ := sound(t)
	damaged := filepath.Join(t.TempDir(), "damaged.db")
	write(t, damaged, append([]byte{}, read(t, file)[:20000]...))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		of        string
		cancelled bool
		want      string
	}{
		"a file that is not there": {filepath.Join(t.TempDir(), "nope.db"), false, "nope.db"},
		"a damaged file":           {damaged, false, "malformed"},
		"a cancelled copy":         {file, true, "cancel"},
	}
	for name, test := range tests {
		dir, ctx := t.TempDir(), t.Context()
		if test.cancelled {
			ctx = cancelled
		}
		_, err := Backup(ctx, test.of, filepath.Join(dir, "b.db"), CopyOptions{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want it to say %s", name, err, test.want)
		}
		if got := names(t, dir); len(got) != 0 {
			t.Errorf("%s left %v", name, got)
		}
	}
	if _, err := Backup(t.Context(), file, filepath.Join(t.TempDir(), "no", "b.db"), CopyOptions{}); err == nil {
		t.Error("a backup into a folder that is not there")
	}
}

func TestAFullDiskIsSaidInPlainWords(t *testing.T) {
	t.Parallel()
	_, db := sound(t)
	_, err := db.Exec("PRAGMA max_page_count = 1") // which SQLite takes for the end of the disk
	for range 1000 {
		if err == nil {
			_, err = db.Exec("INSERT INTO sqlite_sequence VALUES (?, 1)", strings.Repeat("x", 4000))
		}
	}
	if err = explained(err); err == nil || !strings.Contains(err.Error(), "the disk is full; make room") {
		t.Errorf("got %v", err)
	}
}

func TestRestorePutsTheBackupInPlaceAndKeepsTheOld(t *testing.T) {
	t.Parallel()
	backup, _ := sound(t)
	file, db := sound(t)
	if _, err := db.Exec("UPDATE citas SET comentario = 'only in the log'"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	before := read(t, file)
	if _, err := Restore(t.Context(), backup, file, CopyOptions{Clock: time.Now}); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("a restore over a database: %v", err)
	}
	done, err := Restore(t.Context(), backup, file, replace)
	if err != nil || !strings.HasPrefix(done.Kept, file+".before-restore-") {
		t.Fatalf("got %+v, error %v", done, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("got %v, error %v; want the permissions of the old file", info, err)
	}
	if !bytes.Contains(before, []byte("only in the log")) || bytes.Contains(read(t, file), []byte("only in the log")) || !bytes.Contains(read(t, done.Kept), []byte("only in the log")) {
		t.Error("the old database is not the one that was kept")
	}
	for _, f := range []string{file, done.Kept} {
		if found := checked(t, f); len(found) > 0 {
			t.Errorf("%s: findings %v", f, found)
		}
	}
	if got := names(t, filepath.Dir(file)); len(got) != 2 {
		t.Errorf("beside the database lie %v", got)
	}
	if _, err := Restore(t.Context(), file, file, replace); err == nil || !strings.Contains(err.Error(), "itself") {
		t.Errorf("a database restored from itself: %v", err)
	}
}

// TestRestoreOverADamagedDatabase is what it is there for.
func TestRestoreOverADamagedDatabase(t *testing.T) {
	t.Parallel()
	backup, _ := sound(t)
	whole, _ := sound(t)
	for name, damaged := range map[string][]byte{
		"no header": bytes.Repeat([]byte("junk"), 5000), "cut off": read(t, whole)[:20000], "empty": {},
	} {
		file := filepath.Join(t.TempDir(), "a.db")
		write(t, file, damaged)
		write(t, file+"-wal", []byte("a log"))
		done, err := Restore(t.Context(), backup, file, replace)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if found := checked(t, file); len(found) > 0 {
			t.Errorf("%s: findings %v", name, found)
		}
		if _, err := os.Stat(file + "-wal"); err == nil {
			t.Errorf("%s: the log of the old database lies beside the new one", name)
		}
		if !bytes.Equal(read(t, done.Kept), damaged) {
			t.Errorf("%s: the damaged database was not kept as it was", name)
		}
		if name == "no header" && string(read(t, done.Kept+"-wal")) != "a log" {
			t.Errorf("%s: its log was not kept", name)
		}
	}
}

func TestRestoreWhereOnlyALogIsLeft(t *testing.T) {
	t.Parallel()
	backup, _ := sound(t)
	file := filepath.Join(t.TempDir(), "a.db")
	write(t, file+"-wal", []byte("a log"))
	if _, err := Restore(t.Context(), backup, file, CopyOptions{Clock: time.Now}); err != nil {
		t.Fatal(err)
	}
	if found := checked(t, file); len(found) > 0 {
		t.Errorf("findings %v", found)
	}
	if string(read(t, file+".lost-wal")) != "a log" {
		t.Error("the log is lost")
	}
}

func TestAFileThatWasReplacedWhileItWasOpenedIsRefused(t *testing.T) {
	t.Parallel()
	file, _ := sound(t)
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := unmoved(file, before); err != nil {
		t.Errorf("the same file: %v", err)
	}
	other, _ := sound(t)
	if err := os.Rename(other, file); err != nil {
		t.Fatal(err)
	}
	if err := unmoved(file, before); err == nil {
		t.Error("another file passed for it")
	}
}
