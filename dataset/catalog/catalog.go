// Package catalog knows public data sets by name: where they lie on this
// machine, and from where they can be downloaded. Nothing is downloaded but by
// Fetch.
package catalog

import (
	"os"
	"path/filepath"
)

// A Set is a data set that can be downloaded.
type Set struct {
	Name    string
	About   string // what it holds, in a line
	Licence string
	Files   []File
}

// A File is one file of a Set. What is verified is its content, not how it
// is compressed: Size and SHA256 are those of the unpacked bytes.
type File struct {
	Name   string
	URL    string
	Size   int64
	SHA256 string // hexadecimal
}

const (
	fashionURL = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
	mnistURL   = "https://ossci-datasets.s3.amazonaws.com/mnist/"
)

// Sets returns the sets that can be downloaded. Only those are among them that
// have a lasting address, without a login, and a content known for certain.
func Sets() []Set {
	return []Set{
		{"fashion-mnist", "70,000 images of clothes, 28 x 28 pixels, 10 classes, 10,000 of them the test part (Xiao, Rasul and Vollgraf 2017)", "MIT", []File{
			{"train-images-idx3-ubyte.gz", fashionURL + "train-images-idx3-ubyte.gz", 47040016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
			{"train-labels-idx1-ubyte.gz", fashionURL + "train-labels-idx1-ubyte.gz", 60008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
			{"t10k-images-idx3-ubyte.gz", fashionURL + "t10k-images-idx3-ubyte.gz", 7840016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
			{"t10k-labels-idx1-ubyte.gz", fashionURL + "t10k-labels-idx1-ubyte.gz", 10008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
		}},
		{"mnist", "70,000 images of handwritten digits, 28 x 28 pixels, 10 classes, 10,000 of them the test part (LeCun, Cortes and Burges)", "CC BY-SA 3.0", []File{
			{"train-images-idx3-ubyte.gz", mnistURL + "train-images-idx3-ubyte.gz", 47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
			{"train-labels-idx1-ubyte.gz", mnistURL + "train-labels-idx1-ubyte.gz", 60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
			{"t10k-images-idx3-ubyte.gz", mnistURL + "t10k-images-idx3-ubyte.gz", 7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
			{"t10k-labels-idx1-ubyte.gz", mnistURL + "t10k-labels-idx1-ubyte.gz", 10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
		}},
	}
}

// Dirs are the directories in which a set of some name may be a directory, in
// the order in which they are searched: $SOFTMAX_DATA, the softmax folder of
// the user's cache, and that of Debian's packages. They need not exist.
func Dirs() []string {
	var dirs []string
	if dir := os.Getenv("SOFTMAX_DATA"); dir != "" {
		dirs = append(dirs, dir)
	}
	if dir, err := Cache(); err == nil {
		dirs = append(dirs, dir)
	}
	return append(dirs, "/usr/share/datasets")
}

// Cache is the directory into which sets are downloaded.
func Cache() (string, error) {
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "softmax"), err
}

// Local returns the directory of the set of the given name, if there is one.
func Local(name string) (dir string, ok bool) {
	for _, place := range Dirs() {
		dir := filepath.Join(place, name)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, true
		}
	}
	return "", false
}
