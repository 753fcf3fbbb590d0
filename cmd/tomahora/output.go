package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// output is the --json of every command that prints.
type output struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// print writes v as JSON, or one line for each of lines.
func (o output) print(env *environment, v any, lines ...any) error {
	if o.JSON {
		encoder := json.NewEncoder(env.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(v)
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(env.stdout, line); err != nil {
			return err
		}
	}
	return nil
}

// loadConfig reads the file of --config, YAML or JSON.
func loadConfig(r io.Reader) (kong.Resolver, error) {
	var values map[string]any
	if err := yaml.NewDecoder(r).Decode(&values); err != nil {
		return nil, fmt.Errorf("config file: %w", err)
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if slices.ContainsFunc(flag.Envs, isSet) {
			return nil, nil //nolint:nilnil // nil leaves the flag to the environment
		}
		return values[flag.Name], nil
	}), nil
}

func isSet(name string) bool {
	_, ok := os.LookupEnv(name)
	return ok
}
