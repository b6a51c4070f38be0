package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"example.com/softmax/dataset/catalog"
	"github.com/spf13/cobra"
)

func newData(in *reader, out *output) *cobra.Command {
	c := &cobra.Command{Use: "data VERB", Short: "list known sets, download them, describe data", Args: cobra.ArbitraryArgs}
	c.Long = "Lists the known sets, downloads them, and describes data before anything is learnt."
	list := newVerb("list", "list the known sets", "Lists the sets that are known by name: in the program, on this machine, and those\nthat 'softmax data fetch' downloads.", 0, 0, func([]string) error { return listSets(out) })
	f := &fetcher{out: out}
	fetch := newVerb("fetch NAME", "download a known set", fetchHelp, 1, 1, func(args []string) error { return f.run(args[0]) })
	fetch.Flags().StringVar(&f.mirror, "mirror", "", "`ADDRESS` of a server that has the files as ADDRESS/NAME/FILE")
	fetch.Flags().BoolVar(&out.quiet, "quiet", false, "no progress: errors only")
	c.AddCommand(list, fetch, newDescribe(in, out))
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return inVerb(usagef("data: one of list, fetch NAME, describe DATA"), c)
		}
		return inVerb(usagef("%q is no verb of softmax data%s", args[0], didYouMean(args[0], verbs(c))), c)
	}
	return c
}

// listSets prints a line for each known set.
func listSets(out *output) error {
	remote := map[string]catalog.Set{}
	names := knownNames()
	for _, s := range catalog.Sets() {
		remote[s.Name] = s
		names = append(names, s.Name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		where := "in the program"
		if name != "sample" && name != "penguins" {
			var ok bool
			if where, ok = catalog.Local(name); !ok {
				where = "softmax data fetch " + name
			}
		}
		out.printf("%-16s  %s\n", printable(name), where)
		if s, ok := remote[name]; ok {
			out.printf("%-16s  %s; licence %s\n", "", s.About, s.Licence)
		}
	}
	return nil
}

const fetchHelp = `Downloads a known set to the softmax folder of the user's cache directory, and prints
where it is. Every file is compared with a known SHA-256 of its content. What an
interrupted download (Ctrl-C) has got is kept, and the next one goes on from there.
$HTTPS_PROXY and $NO_PROXY are honoured.`

type fetcher struct {
	out    *output
	mirror string
}

func (f *fetcher) run(name string) error {
	sets := catalog.Sets()
	at := slices.IndexFunc(sets, func(s catalog.Set) bool { return s.Name == name })
	if at < 0 {
		var names []string
		for _, s := range sets {
			names = append(names, s.Name)
		}
		return usagef("%q is no set that can be downloaded (%s)%s", name, strings.Join(names, ", "), didYouMean(name, names))
	}
	cache, err := catalog.Cache()
	if err != nil {
		return fmt.Errorf("no cache directory to download to: %w", err)
	}
	ctx, stop := interruptible()
	defer stop()
	var b *bar
	var current string
	defer func() { b.done() }()
	fetch := catalog.Fetcher{Mirror: strings.TrimSuffix(f.mirror, "/"), Progress: func(file string, done, size int64) {
		if file != current {
			b.done()
			b, current = f.out.newBar(file, size), file
		}
		b.set(done, "")
	}}
	dir, err := fetch.Fetch(ctx, sets[at], cache)
	if ctx.Err() != nil {
		fmt.Fprintf(f.out.stderr, "softmax: interrupted: the next 'softmax data fetch %s' goes on from here\n", name)
		return errInterrupted
	}
	if err != nil {
		return err
	}
	f.out.printf("%s\n", filepath.Clean(dir))
	return nil
}
