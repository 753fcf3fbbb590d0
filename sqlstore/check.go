package sqlstore

import (
	"context"
	"fmt"

	"github.com/tomahora/tomahora"
)

// Finding is something `check` found wrong.
type Finding struct {
	Law       string             `json:"law"`
	IDClinica tomahora.ClinicaID `json:"id_clinica,omitempty"`
	Citas     []tomahora.CitaID  `json:"citas,omitempty"`
	Detail    string             `json:"detail,omitempty"`
}

func (f Finding) String() string {
	switch {
	case f.IDClinica == 0:
		return f.Law + ": " + f.Detail
	case f.Detail == "":
		return fmt.Sprintf("%s: clinica %d, citas %v", f.Law, f.IDClinica, f.Citas)
	case len(f.Citas) == 0:
		return fmt.Sprintf("%s: clinica %d, %s", f.Law, f.IDClinica, f.Detail)
	default:
		return fmt.Sprintf("%s: clinica %d, citas %v, %s", f.Law, f.IDClinica, f.Citas, f.Detail)
	}
}

// checkStep is one thing that is looked for. Each is a transaction of its own,
// so that a long check does not keep the log of a database that is being served
// from being used again.
type checkStep struct {
	what    string
	current bool // it asks for what an older schema may not have
	find    func(*tx) ([]Finding, error)
}

// checkSteps are the steps in their order. The queries stop at a thousand
// findings each.
func checkSteps() []checkStep {
	rows := func(query string, args func(*tx) []any, scan func(scanner) (Finding, error)) func(*tx) ([]Finding, error) {
		return func(t *tx) ([]Finding, error) {
			if args == nil {
				return collect(t, query, nil, scan)
			}
			return collect(t, query, args(t), scan)
		}
	}
	law := func(code tomahora.Code) func(*tx) ([]Finding, error) {
		return rows("check_"+string(code), nil, func(scan scanner) (Finding, error) {
			f := Finding{Law: string(code), Citas: make([]tomahora.CitaID, 2)}
			return f, scan(&f.IDClinica, &f.Citas[0], &f.Citas[1])
		})
	}
	return []checkStep{
		{"the file itself", false, rows("check_integrity", nil, scanIntegrity)},
		{"rows that name others", true, rows("check_references", nil, scanOrphan)},
		{"a profesional's overlapping citas", false, law(tomahora.CodeTopeProfesional)},
		{"an exclusive sillón's overlapping citas", false, law(tomahora.CodeTopeSillon)},
		{"atenciones with two live citas", false, law(tomahora.CodeAtencionConCita)},
		{"each cita", true, rows("check_citas", dayAfterTomorrow, scanCitaFinding)},
		{"counters", true, rows("check_counters", nil, scanCounter)},
		{"configurations", true, checkConfigs},
	}
}

// Check reads the whole database for what a sound one never has: a damaged file,
// rows that name rows which are not there, citas that break a law or contradict
// their estado, atención or sillón, counters behind their rows, configurations
// that do not hold together. Of a database that is Outdated it looks at the file
// and the laws alone. Tell, unless nil, hears what is looked at next.
func (s *Store) Check(ctx context.Context, tell func(step, steps int, what string)) ([]Finding, error) {
	var findings []Finding
	steps := checkSteps()
	for i, step := range steps {
		if s.outdated && step.current {
			continue
		}
		if tell != nil {
			tell(i+1, len(steps), step.what)
		}
		err := s.readIn(ctx, beginCheck, func(t *tx) error {
			found, err := step.find(t)
			findings = append(findings, found...)
			return err
		})
		if err != nil {
			return findings, fmt.Errorf("check %s: %w", step.what, causeOf(err))
		}
	}
	return findings, nil
}

// Outdated tells that the schema is older than this program's, which is so only
// of a store that is open ReadOnly.
func (s *Store) Outdated() bool { return s.outdated }

func scanIntegrity(scan scanner) (Finding, error) {
	f := Finding{Law: "integrity"}
	return f, scan(&f.Detail)
}

func scanOrphan(scan scanner) (Finding, error) {
	f := Finding{Law: "references"}
	var child, parent string
	var id int64
	err := scan(&f.IDClinica, &child, &id, &parent)
	f.Detail = fmt.Sprintf("row %d of %s names a row that %s does not have", id, child, parent)
	return f, err
}

func scanCitaFinding(scan scanner) (Finding, error) {
	f := Finding{Citas: make([]tomahora.CitaID, 1)}
	return f, scan(&f.IDClinica, &f.Citas[0], &f.Law, &f.Detail)
}

func scanCounter(scan scanner) (Finding, error) {
	f := Finding{Law: "counters"}
	var name string
	var counter, last int64
	err := scan(&f.IDClinica, &name, &counter, &last)
	f.Detail = fmt.Sprintf("%s is %d, but there is a %d", name, counter, last)
	return f, err
}

// dayAfterTomorrow is a day that is in the future in every zone. From there on
// live citas bear the flag of their sillón; older ones may bear a former one.
func dayAfterTomorrow(t *tx) []any {
	return []any{tomahora.FechaOf(t.now, t.now.Location()).AddDays(2).String()}
}

// checkConfigs loads every clinic's configuration as a request would.
func checkConfigs(t *tx) ([]Finding, error) {
	clinicas, err := collect(t, "clinica_list", nil, scanClinica)
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, c := range clinicas {
		err := t.enter(c.ID)
		switch problems := tomahora.ProblemsOf(err); {
		case err == nil:
		case problems == nil || problems[0].Kind != tomahora.KindInvalid:
			return nil, err
		default:
			for _, p := range problems {
				findings = append(findings, Finding{Law: string(p.Code), IDClinica: c.ID, Detail: p.Error()})
			}
		}
	}
	return findings, nil
}

// causeOf is what an operator has to know of an error: clients are told less.
func causeOf(err error) error {
	if problems := tomahora.ProblemsOf(err); problems != nil && problems[0].Err != nil {
		return problems[0].Err
	}
	return err
}
