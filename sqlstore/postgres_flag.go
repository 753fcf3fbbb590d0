package sqlstore

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
)

// flagCodec is the codec of a whole number that also takes a Go bool: flags are
// 0 and 1 in the database, on every engine.
type flagCodec struct{ pgtype.Codec }

func (c flagCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(bool); !ok {
		return c.Codec.PlanEncode(m, oid, format, value)
	}
	next := c.Codec.PlanEncode(m, oid, format, int16(0))
	if next == nil { // a wider number has no plan of its own for it
		next = m.PlanEncode(oid, format, int16(0))
	}
	return encodeFlag{next}
}

func (c flagCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*bool); !ok {
		return c.Codec.PlanScan(m, oid, format, target)
	}
	var n *int64
	return scanFlag{c.Codec.PlanScan(m, oid, format, n)}
}

type encodeFlag struct{ next pgtype.EncodePlan }

func (p encodeFlag) Encode(value any, buf []byte) ([]byte, error) {
	flag, ok := value.(bool)
	if !ok {
		return nil, fmt.Errorf("%T is no flag", value)
	}
	n := int16(0)
	if flag {
		n = 1
	}
	return p.next.Encode(n, buf)
}

type scanFlag struct{ next pgtype.ScanPlan }

func (p scanFlag) Scan(src []byte, dst any) error {
	flag, ok := dst.(*bool)
	if !ok {
		return fmt.Errorf("%T takes no flag", dst)
	}
	var n int64
	if err := p.next.Scan(src, &n); err != nil {
		return err
	}
	*flag = n != 0
	return nil
}
